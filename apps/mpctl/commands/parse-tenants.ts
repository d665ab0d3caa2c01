import type { ParsedFiles } from '../../../libs/wire/parsed-files.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { readFiles } from '../files/read-files.ts';
import type { Input } from '../input.ts';
import { printData } from '../print.ts';

/**
 * Child of the controller: reads whole files and prints what they say as one line of JSON, so that the controller does
 * not keep the memory that this takes.
 */
export async function parseTenants(input: Input): Promise<ExitCode> {
  const { files, includes, issues, fleet } = await readFiles(
    input.folders,
    input.has('pretty') ? 'pretty' : 'json',
  );
  const parsed: ParsedFiles = {
    files,
    includeDirs: includes.map(({ dir }) => dir),
    issues,
    fleet: fleet && { ...fleet, tenants: [...fleet.tenants.values()] },
  };
  printData(JSON.stringify(parsed));
  return exitCode.done;
}
