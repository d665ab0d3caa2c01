import { hostname } from 'node:os';
import { defaultDirs } from '../../../libs/spec/default-dirs.ts';
import type { HostFacts } from '../../../libs/spec/resolve.ts';
import type { Folders } from '../folders.ts';
import { runningUser } from '../running-user.ts';

/** What the command line and the machine say about a fleet. */
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
