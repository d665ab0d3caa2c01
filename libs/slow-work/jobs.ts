/** What the worker can do. Runs on its thread; computes only. */

import { mailJobs } from '../mail/mail-jobs.ts';
import { fitsSecret } from '../passwords/secret.ts';
import { makeCertificate } from './make-certificate.ts';

export const jobs = {
  'fits-secret': ({ secret, password }: { secret: string; password: string }) => fitsSecret(secret, password),
  'make-certificate': makeCertificate,
  ...mailJobs,
};

export type Jobs = typeof jobs;
export type JobName = keyof Jobs;
export type JobInput<J extends JobName> = Parameters<Jobs[J]>[0];
export type JobResult<J extends JobName> = Awaited<ReturnType<Jobs[J]>>;
