import type { GoodReading } from '../../../libs/controller/good-reading.ts';
import { SourceFiles } from '../../../libs/controller/source-files.ts';
import { type FleetReading, type FleetRequest, readDraft, readFleet } from '../../../libs/spec/read-fleet.ts';
import type { HostFacts } from '../../../libs/spec/resolve.ts';
import type { Folders } from '../folders.ts';
import { hostFacts } from './host-facts.ts';

/** Reads the tenants file and all that it names. Loads zod and yaml. */
export function readFiles(
  folders: Folders,
  logFormat: HostFacts['logFormat'] = 'json',
): Promise<FleetReading> {
  return readFleet(requestOf(folders, logFormat));
}

/** Reads them as {@link readFiles}, and gives what is right of the fleet, whatever the issues. */
export function readDraftOfFiles(folders: Folders): Promise<GoodReading> {
  return readDraft(requestOf(folders, 'json'));
}

function requestOf(folders: Folders, logFormat: HostFacts['logFormat']): FleetRequest {
  return { file: folders.configPath, io: new SourceFiles(), facts: hostFacts(folders, logFormat) };
}
