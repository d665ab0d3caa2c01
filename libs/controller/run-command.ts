import { execFile } from 'node:child_process';

/** What a short command printed; null: it is not there or ended with an error. */
export function runCommand(
  program: string,
  args: readonly string[],
  maxBytes = 1024 ** 2,
): Promise<string | null> {
  return new Promise(resolve => {
    execFile(program, args, { maxBuffer: maxBytes }, (error, stdout) => resolve(error ? null : stdout));
  });
}
