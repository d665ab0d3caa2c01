import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { defaultDirs } from '../../../libs/spec/default-dirs.ts';
import { type FleetReading, readFleet } from '../../../libs/spec/read-fleet.ts';
import type { HostFacts } from '../../../libs/spec/resolve.ts';
import type { SpecIo } from '../../../libs/spec/spec-io.ts';
import type { FileDigest } from '../../../libs/wire/parsed-files.ts';
import type { Folders } from '../folders.ts';
import { runningUser } from '../running-user.ts';

export type FilesReading = FleetReading & {
  /** Every file that was opened, in this order. */
  readonly files: readonly FileDigest[];
};

/** Reads the tenants file and all that it names. Loads zod and yaml. */
export async function readFiles(
  folders: Folders,
  logFormat: HostFacts['logFormat'] = 'json',
): Promise<FilesReading> {
  const digests = new Map<string, string | null>();
  const reading = await readFleet({
    file: folders.configPath,
    io: openFiles(digests),
    facts: hostFacts(folders, logFormat),
  });
  return { ...reading, files: [...digests].map(([path, digest]) => ({ path, digest })) };
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

/** The disk; every file that is asked for is noted with the digest of its bytes. */
function openFiles(digests: Map<string, string | null>): SpecIo {
  return {
    async readText(path) {
      digests.set(path, null);
      const bytes = await readFile(path);
      digests.set(path, createHash('sha256').update(bytes).digest('hex'));
      return bytes.toString('utf8');
    },
    async listDir(path) {
      try {
        return await readdir(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw error;
      }
    },
  };
}
