import { SourceFiles } from '../../../libs/controller/source-files.ts';
import { type FleetReading, readFleet } from '../../../libs/spec/read-fleet.ts';
import type { HostFacts } from '../../../libs/spec/resolve.ts';
import type { Folders } from '../folders.ts';
import { hostFacts } from './host-facts.ts';

/** Reads the tenants file and all that it names. Loads zod and yaml. */
export function readFiles(
  folders: Folders,
  logFormat: HostFacts['logFormat'] = 'json',
): Promise<FleetReading> {
  return readFleet({ file: folders.configPath, io: new SourceFiles(), facts: hostFacts(folders, logFormat) });
}
