import { printPreview } from '../change-tenant.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { printData, printJson } from '../print.ts';
import { UsageError } from '../usage-error.ts';
import { withFleet } from '../with-fleet.ts';

/** Takes a tenant out of the file, after its name was typed once more. */
export async function tenantRemove(input: Input): Promise<ExitCode> {
  const removal = { verb: 'remove', name: input.argument(0) } as const;
  if (!input.has('yes') && !input.has('dry-run')) await confirmName(removal.name);
  return withFleet(input.folders, async fleet => {
    if (input.has('dry-run')) return printPreview(input, await fleet.preview(removal));
    const removed = await fleet.remove(removal);
    if (input.json) printJson(removed);
    else printData(`${removed.name} removed`);
    return exitCode.done;
  });
}

async function confirmName(name: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new UsageError('removing a tenant needs a yes', `mpctl tenant remove ${name} --yes`);
  }
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(
    `This ends the tenant and puts its mail into the trash. Its name, to be sure: `,
  );
  terminal.close();
  if (answer.trim() !== name) throw new UsageError('that is another name: nothing was removed');
}
