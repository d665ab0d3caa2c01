import { unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { socketError } from './socket-error.ts';
import { statPath } from './socket-file.ts';

/**
 * Removes a socket that nobody listens on; with `replace` also one that answers.
 * @throws MpctlError when somebody listens, or when it is something else.
 */
export async function removeStale(path: string, occupied: 'refuse' | 'replace'): Promise<void> {
  const before = statPath(path);
  if (before === null) return;
  if (!before.isSocket()) {
    throw socketError('SOCKET_OCCUPIED', `${path} is there and is not a socket`, { hint: 'move it away' });
  }
  if (occupied === 'refuse' && (await answers(path))) {
    throw socketError('SOCKET_IN_USE', `another process listens at ${path}`);
  }
  const after = statPath(path);
  if (after?.ino === before.ino && after.dev === before.dev) unlinkSync(path);
}

/** Whether somebody listens. Only a refusal says no: who may not ask, or finds the queue full, must assume so. */
function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}
