import { resolvePath } from '../../../libs/spec/paths.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { printData, printJson, printNote } from '../print.ts';
import { withFleet } from '../with-fleet.ts';

/** Brings tenants back as a backup has them. */
export async function restore(input: Input): Promise<ExitCode> {
  const [dir = '', ...names] = input.args;
  const request = { dir: resolvePath(process.cwd(), dir), names, overwrite: input.has('overwrite') };
  const reply = await withFleet(input.folders, fleet => fleet.restoreBackup(request));
  for (const { name, error } of reply.failed) printNote(`mpctl: ${name} was not restored: ${error}`);
  for (const { name, warning } of reply.warnings) printNote(`mpctl: ${name}: ${warning}`);
  for (const name of reply.skipped) printNote(`"${name}" is there and was left alone`);
  const { restored, madeAtMs } = reply;
  if (input.json) printJson(reply);
  else
    printData([...restored.map(({ name }) => name), `from ${new Date(madeAtMs).toISOString()}`].join('\n'));
  return reply.failed.length > 0 ? exitCode.failed : exitCode.done;
}
