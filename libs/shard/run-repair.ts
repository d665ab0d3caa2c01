import { randomBytes } from 'node:crypto';
import { MpctlError } from '../base/error.ts';
import { repairMailFile } from '../store/open-store.ts';
import { failureOfWork } from './do-mail-work.ts';

/** Repairs the mailbox in a tenant's folder. Resolves to what became of it, or to why it could not be, as JSON. */
export async function runRepair(tenantDir: string): Promise<string> {
  try {
    return JSON.stringify({ done: await repairMailFile(tenantDir, Date.now(), randomBytes) });
  } catch (error) {
    const failure = error instanceof MpctlError ? error : new MpctlError('REPAIR_FAILED', String(error));
    return JSON.stringify({ failure: failureOfWork(failure) });
  }
}
