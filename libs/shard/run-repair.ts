import { randomBytes } from 'node:crypto';
import { MpctlError } from '../base/error.ts';
import { countMailAside } from '../intake/aside.ts';
import { repairMailFile } from '../store/open-store.ts';
import { failureOfWork } from './do-mail-work.ts';

/** Repairs the mailbox in a tenant's folder. Resolves to what became of it, or to why it could not be, as JSON. */
export async function runRepair(tenantDir: string): Promise<string> {
  try {
    const done = await repairMailFile(tenantDir, Date.now(), randomBytes);
    const waiting = await countMailAside(tenantDir);
    const note = `mails that wait beside it in unapplied-*.log: ${waiting}; those that are not in it yet come in by themselves`;
    return JSON.stringify({ done: waiting > 0 ? { ...done, notes: [...done.notes, note] } : done });
  } catch (error) {
    const failure = error instanceof MpctlError ? error : new MpctlError('REPAIR_FAILED', String(error));
    return JSON.stringify({ failure: failureOfWork(failure) });
  }
}
