import { unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import type { MpctlError } from '../base/error.ts';
import { socketError } from './socket-error.ts';
import { statPath } from './socket-file.ts';
import { folderFault } from './socket-folder.ts';

/**
 * Removes a socket that nobody listens on; with `replace` also one that answers.
 * @throws MpctlError when somebody listens, or when it is something else.
 */
export async function removeStale(path: string, occupied: 'refuse' | 'replace'): Promise<void> {
  const before = statPath(path);
  if (before === null) return;
  if (!before.isSocket()) throw notASocket(path);
  // Only a refusal says no: who may not ask, or finds the queue full, must assume that somebody listens.
  if (occupied === 'refuse' && !refusals.has(await connectTo(path))) throw inUse(path);
  const after = statPath(path);
  if (after?.ino === before.ino && after.dev === before.dev) unlinkSync(path);
}

/** Why nobody could bind a path now; null when somebody could, or when this process cannot tell. */
export async function probeUnix(path: string, runDir: string): Promise<MpctlError | null> {
  const now = statPath(path);
  if (now === null) return folderFault(path, runDir);
  if (!now.isSocket()) return notASocket(path);
  return (await connectTo(path)) === '' ? inUse(path) : null;
}

const refusals = new Set(['ECONNREFUSED', 'ENOENT']);

/** Resolves to the error's name; empty: somebody listens. */
function connectTo(path: string): Promise<string> {
  return new Promise(resolve => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve('');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'UNKNOWN'));
  });
}

function notASocket(path: string): MpctlError {
  return socketError('SOCKET_OCCUPIED', `${path} is there and is not a socket`, { hint: 'move it away' });
}

function inUse(path: string): MpctlError {
  return socketError('SOCKET_IN_USE', `another process listens at ${path}`);
}
