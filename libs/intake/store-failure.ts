import { isDiskFull } from '../base/disk-error.ts';
import { MpctlError } from '../base/error.ts';

/** What the world said, as a store tells it: `STORE_FULL` where room would help, else `STORE_FAILED`. */
export function storeFailure(error: unknown, message: string): MpctlError {
  if (error instanceof MpctlError) return error;
  return new MpctlError(isDiskFull(error) ? 'STORE_FULL' : 'STORE_FAILED', message, { cause: error });
}
