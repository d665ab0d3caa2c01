import { mkdirSync, rmdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { MpctlError } from '../base/error.ts';
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
  try {
    withUmask(0o777 & ~folderMode, () => mkdirSync(runDir, { recursive: true, mode: folderMode }));
  } catch (cause) {
    throw socketError('SOCKET_RUN_DIR', `cannot make the run folder: ${(cause as Error).message}`, {
      cause,
      hint: 'name another with --run-dir or runDir, or make it for this user',
    });
  }
}

/**
 * Makes the socket's folder if it is one of the run folder's, and says whether it is: nobody else may write there.
 * @throws MpctlError when somebody else's file, symlink or folder stands there, or a folder that we do not make is missing.
 */
export function prepareFolder(socketPath: string, runDir: string): boolean {
  const folder = dirname(socketPath);
  const stats = statPath(folder);
  if (!isOurs(socketPath, runDir)) {
    if (stats !== null) return false;
    throw noFolder(folder);
  }
  if (stats === null) {
    withUmask(0o777 & ~folderMode, () => mkdirSync(folder, { mode: folderMode }));
  } else if (!stats.isDirectory() || stats.uid !== process.geteuid?.() || (stats.mode & 0o022) !== 0) {
    throw socketError('SOCKET_FOLDER_UNSAFE', `${folder} is not a folder that only this daemon may write`, {
      hint: 'remove it, or run the daemon as its owner',
    });
  }
  return true;
}

/** What {@link prepareFolder} would say of a folder that is missing; null: it would make it. */
export function folderFault(socketPath: string, runDir: string): MpctlError | null {
  const folder = dirname(socketPath);
  return isOurs(socketPath, runDir) || statPath(folder) !== null ? null : noFolder(folder);
}

function noFolder(folder: string): MpctlError {
  return socketError('SOCKET_FOLDER_MISSING', `there is no folder ${folder}`, { hint: 'make it first' });
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
