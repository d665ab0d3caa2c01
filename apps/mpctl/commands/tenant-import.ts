import { resolvePath } from '../../../libs/spec/paths.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { printData, printJson } from '../print.ts';
import { withFleet } from '../with-fleet.ts';

/** Takes the mail of an archive into a tenant. */
export async function tenantImport(input: Input): Promise<ExitCode> {
  const [name, path] = [input.argument(0), resolvePath(process.cwd(), input.argument(1))];
  const done = await withFleet(input.folders, fleet =>
    fleet.importMail(name, path, input.has('allow-prune')),
  );
  const { messages, known, pruned } = done;
  if (input.json) printJson(done);
  else printData(`${name}: ${messages} mails taken, ${known} were there, ${pruned} removed by the limits`);
  return exitCode.done;
}
