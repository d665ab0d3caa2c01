/** The command `mpctl`, and the program `sendmail` where it is called by a name with "send" in it. */
import { sendmail } from './commands/sendmail.ts';

const [first, ...rest] = process.argv.slice(2);
const calledAs = process.env.MPCTL_ARGV0?.split('/').at(-1) ?? '';

/** Loads nothing that sendmail does not need: it starts once for every mail. */
async function start(): Promise<number> {
  if (/send/i.test(calledAs)) return sendmail(process.argv.slice(2));
  if (first === 'sendmail') return sendmail(rest, 1);
  const { run } = await import('./run.ts');
  return run(process.argv.slice(2));
}

// Not awaited: chunks that import from this file could not load before it has ended.
start().then(code => {
  process.exitCode = code;
});
