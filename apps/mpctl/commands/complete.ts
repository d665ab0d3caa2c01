import { findCandidates } from '../candidates.ts';
import type { Command } from '../command.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { printData } from '../print.ts';

/** Asked by the shells' completion: one candidate a line, or `:file` or `:dir` alone. */
export async function complete(input: Input, commands: readonly Command[]): Promise<ExitCode> {
  printData(findCandidates(commands, input.args).join('\n'));
  return exitCode.done;
}
