import { MpctlError } from '../base/error.ts';
import type { FleetReading } from '../spec/read-fleet.ts';
import { parseReading, type ReadingJson } from '../spec/reading-json.ts';
import type { ConfigSource } from './controller.ts';
import { type Environment, runCommand } from './run-command.ts';

export type Parser = { readonly command: readonly string[]; readonly environment: Environment };

/** Reads the files in a short-lived process, so that this one keeps none of the memory that takes. */
export async function parseElsewhere(
  { command: [program = '', ...args], environment }: Parser,
  { path, facts }: ConfigSource,
): Promise<FleetReading> {
  const folders = [
    ...(facts.runDir === null ? [] : ['--run-dir', facts.runDir]),
    ...(facts.dataDir === null ? [] : ['--data-dir', facts.dataDir]),
  ];
  const pretty = facts.logFormat === 'pretty' ? ['--pretty'] : [];
  const printed = await runCommand(program, [...args, '--config', path, ...folders, ...pretty], environment);
  if (printed === null) {
    throw new MpctlError('PARSER_FAILED', 'the process that reads the tenants file ended with an error');
  }
  return parseReading(JSON.parse(printed) as ReadingJson);
}
