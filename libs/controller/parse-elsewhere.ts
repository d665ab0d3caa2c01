import { MpctlError } from '../base/error.ts';
import type { FleetReading } from '../spec/read-fleet.ts';
import { parseReading, type ReadingJson } from '../spec/reading-json.ts';
import type { ConfigSource } from './controller.ts';
import { runCommand } from './run-command.ts';

/** Of 9,000 tenants about 6 MB. */
const maxReadingBytes = 512 * 1024 ** 2;

/** Reads the files in a short-lived process, so that this one keeps none of the memory that takes. */
export async function parseElsewhere(
  [program = '', ...args]: readonly string[],
  { path, facts }: ConfigSource,
): Promise<FleetReading> {
  const folders = [
    ...(facts.runDir === null ? [] : ['--run-dir', facts.runDir]),
    ...(facts.dataDir === null ? [] : ['--data-dir', facts.dataDir]),
  ];
  const pretty = facts.logFormat === 'pretty' ? ['--pretty'] : [];
  const printed = await runCommand(
    program,
    [...args, '--config', path, ...folders, ...pretty],
    maxReadingBytes,
  );
  if (printed === null) {
    throw new MpctlError('PARSER_FAILED', 'the process that reads the tenants file ended with an error');
  }
  return parseReading(JSON.parse(printed) as ReadingJson);
}
