import { mkdirSync, rmdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { socketError } from './socket-error.ts';
import { statPath } from './socket-file.ts';
import { withUmask } from './umask.ts';

/** Everyone may pass, nobody may list. */
const folderMode = 0o711;

/** Whether the socket's folder is a tenant's in the run folder: those come and go with their sockets. */
function isOurs(socketPath: string, runDir: string): boolean {
  return dirname(dirname(socketPath)) === runDir;
}

/** Makes the run folder where it is missing; one that is there keeps its mode. */
export function makeRunDir(runDir: string): void {
  withUmask(0o777 & ~folderMode, () => mkdirSync(runDir, { recursive: true, mode: folderMode }));
}

/**
 * Makes the socket's folder if it is one of the run folder's.
 * @throws MpctlError when somebody else's file, symlink or folder stands there, or a folder that we do not make is missing.
 */
export function prepareFolder(socketPath: string, runDir: string): void {
  const folder = dirname(socketPath);
  if (!isOurs(socketPath, runDir)) {
    if (statPath(folder) === null)
      throw socketError('SOCKET_FOLDER_MISSING', `there is no folder ${folder}`, { hint: 'make it first' });
    return;
  }
  try {
    withUmask(0o777 & ~folderMode, () => mkdirSync(folder, { mode: folderMode }));
  } catch (cause) {
    const stats = statPath(folder);
    if (stats === null) {
      throw socketError('SOCKET_FOLDER_MISSING', `cannot make the folder ${folder}`, { cause });
    }
    if (!stats.isDirectory() || stats.uid !== process.geteuid?.()) {
      throw socketError('SOCKET_FOLDER_UNSAFE', `${folder} is not a folder of this daemon's own`, {
        hint: 'remove it, or run the daemon as its owner',
      });
    }
  }
}

/** Removes a tenant's folder with its last socket. */
export function removeFolder(socketPath: string, runDir: string): void {
  if (!isOurs(socketPath, runDir)) return;
  try {
    rmdirSync(dirname(socketPath));
  } catch {
    // Not empty yet, or gone already.
  }
}
