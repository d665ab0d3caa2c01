import { readdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { defaultDirs } from '../../../libs/spec/default-dirs.ts';
import { type FleetReading, readFleet } from '../../../libs/spec/read-fleet.ts';
import type { HostFacts } from '../../../libs/spec/resolve.ts';
import type { SpecIo } from '../../../libs/spec/spec-io.ts';
import type { Folders } from '../folders.ts';
import { runningUser } from '../running-user.ts';

/** Reads the tenants file and all that it names. Loads zod and yaml. */
export function readFiles(
  folders: Folders,
  logFormat: HostFacts['logFormat'] = 'json',
): Promise<FleetReading> {
  return readFleet({ file: folders.configPath, io: disk, facts: hostFacts(folders, logFormat) });
}

/** What the command line and the machine say. */
export function hostFacts(folders: Folders, logFormat: HostFacts['logFormat']): HostFacts {
  const { runDir, dataDir } = defaultDirs(runningUser());
  return {
    runDir: folders.runDir,
    dataDir: folders.dataDir,
    defaultRunDir: runDir,
    defaultDataDir: dataDir,
    hostname: hostname(),
    logFormat,
  };
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
