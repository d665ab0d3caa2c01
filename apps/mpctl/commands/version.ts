import { version as ours } from '../../../libs/base/version.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { printData, printJson } from '../print.ts';

export async function version(input: Input): Promise<ExitCode> {
  if (input.json) printJson({ version: ours, node: process.versions.node });
  else printData(`mpctl ${ours} (Node ${process.versions.node})`);
  return exitCode.done;
}
