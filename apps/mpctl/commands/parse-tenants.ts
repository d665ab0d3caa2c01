import { renderReading } from '../../../libs/spec/reading-json.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { readFiles } from '../files/read-files.ts';
import type { Input } from '../input.ts';
import { printData } from '../print.ts';

/**
 * Child of the controller: reads whole files and prints the reading as one line of JSON, so that the controller does not
 * keep the memory that this takes.
 */
export async function parseTenants(input: Input): Promise<ExitCode> {
  const reading = await readFiles(input.folders, input.has('pretty') ? 'pretty' : 'json');
  printData(JSON.stringify(renderReading(reading)));
  return exitCode.done;
}
