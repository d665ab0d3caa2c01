import { MpctlError } from '../base/error.ts';

/** What the world said, as a store tells it: `STORE_FULL` where room would help, else `STORE_FAILED`. */
export function storeFailure(error: unknown, message: string): MpctlError {
  if (error instanceof MpctlError) return error;
  const { code } = error as NodeJS.ErrnoException;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return new MpctlError(isFull ? 'STORE_FULL' : 'STORE_FAILED', message, { cause: error });
}
