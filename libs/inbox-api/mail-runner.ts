import type { TenantId } from '../base/ids.ts';
import { type MailJobInput, type MailJobName, type MailJobResult, mailJobs } from '../mail/mail-jobs.ts';
import type { SlowWork } from '../slow-work/slow-work.ts';

/** Larger mail is read on another thread: it takes longer than others should wait. */
const maxHereBytes = 256 * 1024;

/** Reads mail for one tenant. Rejects with SLOW_WORK_BUSY or SLOW_WORK_TOO_LONG. */
export type MailRunner = <Job extends MailJobName>(
  job: Job,
  input: MailJobInput<Job>,
) => Promise<MailJobResult<Job>>;

export function mailRunner(work: SlowWork, tenant: TenantId): MailRunner {
  return async (job, input) => {
    if (input.raw.length > maxHereBytes) return work.run(job, input as never, tenant) as never;
    return mailJobs[job](input as never) as never;
  };
}
