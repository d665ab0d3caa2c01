import { execFile } from 'node:child_process';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A reading of 9,000 tenants is about 6 MB. */
const maxOutputBytes = 512 * 1024 ** 2;

/**
 * What a short command printed; null: it is not there, or ended with an error. Core's own: execa would cost the
 * controller 18 MB for what is run a few times.
 */
export function runCommand(
  program: string,
  args: readonly string[],
  environment: Environment = systemEnvironment,
): Promise<string | null> {
  const options = { maxBuffer: maxOutputBytes, env: environment };
  return new Promise(resolve => {
    execFile(program, args, options, (error, stdout) => resolve(error ? null : stdout));
  });
}

/** For the system's programs: nothing of the caller's environment matters to them. */
export const systemEnvironment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };
