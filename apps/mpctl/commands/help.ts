import type { Command } from '../command.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { renderHelp, renderOverview } from '../help.ts';
import type { Input } from '../input.ts';
import { printData } from '../print.ts';
import { UsageError } from '../usage-error.ts';

/** `mpctl help [COMMAND]`; half a command (`help tenant`) shows all that begin with it. */
export async function help(input: Input, commands: readonly Command[]): Promise<ExitCode> {
  const words = input.args.join(' ');
  if (words === '') {
    printData(renderOverview(commands));
    return exitCode.done;
  }
  const named = commands.filter(({ name }) => name === words || name.startsWith(`${words} `));
  if (named.length === 0) throw new UsageError(`unknown command ${words}`, '`mpctl help` lists them');
  printData((await Promise.all(named.map(renderHelp))).join('\n\n'));
  return exitCode.done;
}
