import { readdir, readFile } from 'node:fs/promises';
import { type FleetReading, readFleet } from '../../../libs/spec/read-fleet.ts';
import type { HostFacts } from '../../../libs/spec/resolve.ts';
import type { SpecIo } from '../../../libs/spec/spec-io.ts';
import type { Folders } from '../folders.ts';
import { hostFacts } from './host-facts.ts';

/** Reads the tenants file and all that it names. Loads zod and yaml. */
export function readFiles(
  folders: Folders,
  logFormat: HostFacts['logFormat'] = 'json',
): Promise<FleetReading> {
  return readFleet({ file: folders.configPath, io: disk, facts: hostFacts(folders, logFormat) });
}

const disk: SpecIo = {
  readText: path => readFile(path, 'utf8'),
  async listDir(path) {
    try {
      return await readdir(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  },
};
