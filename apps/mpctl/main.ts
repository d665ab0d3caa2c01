/** The command `mpctl`, and the program `sendmail` where it is called by a name with "send" in it. */

// Who reads only a part of the output (`| head`) ends it, and that is no failure.
process.stdout.on('error', () => process.exit());

const words = process.argv.slice(2);
const calledAs = process.env.MPCTL_ARGV0?.split('/').at(-1) ?? '';
if (/send/i.test(calledAs)) {
  const { sendmail } = await import('./commands/sendmail.ts');
  process.exitCode = await sendmail(words);
} else {
  const { run } = await import('./run.ts');
  process.exitCode = await run(words);
}
