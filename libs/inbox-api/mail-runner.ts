import type { TenantId } from '../base/ids.ts';
import { type MailJobInput, type MailJobName, type MailJobResult, mailJobs } from '../mail/mail-jobs.ts';
import type { SlowWork } from '../slow-work/slow-work.ts';

/** Larger mail is read on another thread: it takes longer than others should wait. */
const maxHereBytes = 256 * 1024;

/**
 * Reads mail of so many bytes for one tenant; large mail is asked for when its turn has come, a few of a tenant at a time.
 * Rejects with SLOW_WORK_BUSY, SLOW_WORK_TOO_LONG.
 */
export type MailRunner = <Job extends MailJobName>(
  job: Job,
  bytes: number,
  input: () => Promise<MailJobInput<Job>>,
) => Promise<MailJobResult<Job>>;

/** `inLine` does a few at a time; `unlessGone` throws where whoever asked has gone away. */
export function mailRunner(
  work: SlowWork,
  tenant: TenantId,
  inLine: <Result>(work: () => Promise<Result>) => Promise<Result>,
  unlessGone: () => void,
): MailRunner {
  return async (job, bytes, input) => {
    if (bytes <= maxHereBytes) return mailJobs[job]((await input()) as never) as never;
    const inputAtLast = async () => {
      unlessGone();
      return (await input()) as never;
    };
    return inLine(() => work.run(job, inputAtLast, tenant)) as never;
  };
}
