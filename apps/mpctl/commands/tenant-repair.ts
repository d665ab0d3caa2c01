import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { printData, printJson, printNote } from '../print.ts';
import { withFleet } from '../with-fleet.ts';

/** Makes a new database of what can be read of a tenant's damaged one. */
export async function tenantRepair(input: Input): Promise<ExitCode> {
  const reply = await withFleet(input.folders, fleet => fleet.repair(input.argument(0)));
  const { name, messages, lost, notes, kept } = reply;
  for (const note of notes) printNote(note);
  if (input.json) printJson(reply);
  else if (kept === '') printData(`${name}: nothing is wrong with its ${messages} mails`);
  else
    printData(
      `${name}: ${messages} mails are there, ${lost} lost something or all; ${kept} is the file as it was`,
    );
  return exitCode.done;
}
