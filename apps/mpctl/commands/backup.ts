import { resolvePath } from '../../../libs/spec/paths.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { printData, printJson, printNote } from '../print.ts';
import { renderSize } from '../render-amount.ts';
import { withFleet } from '../with-fleet.ts';

/** Writes a backup of the whole fleet, whether it runs or not. */
export async function backup(input: Input): Promise<ExitCode> {
  const dir = resolvePath(process.cwd(), input.argument(0));
  const reply = await withFleet(input.folders, fleet => fleet.backup(dir));
  for (const { name, error } of reply.failed) printNote(`mpctl: ${name} is not in it: ${error}`);
  const { tenants, unchanged, bytes } = reply;
  if (input.json) printJson(reply);
  else printData(`${reply.dir}: ${tenants} tenants, ${unchanged} as before, ${renderSize(bytes)} written`);
  return reply.failed.length > 0 ? exitCode.failed : exitCode.done;
}
