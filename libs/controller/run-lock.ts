import { rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { MpctlError } from '../base/error.ts';
import { inodeAt, removeDead, tryLink } from './link-lock.ts';

/**
 * One daemon to a run folder: whoever's socket stands at the lock's path is it. The socket tells its pid to everyone who
 * connects, and a dead daemon's refuses, so no lock is ever left over.
 */
export interface RunLock extends AsyncDisposable {
  readonly path: string;
}

/**
 * Takes the lock, in place of a dead daemon's too.
 * @throws MpctlError DAEMON_RUNNING with the pid of the one that holds it
 */
export async function takeRunLock(path: string, pid: number): Promise<RunLock> {
  // Bound beside and linked into place: `link` alone can say "only if there is none".
  const own = `${path}.${pid}`;
  rmSync(own, { force: true });
  const server = createServer(socket => socket.on('error', () => {}).end(`${pid}\n`));
  await listen(server, own);
  server.unref();
  const inode = statSync(own).ino;
  try {
    while (!tryLink(own, path)) {
      const there = inodeAt(path);
      const holder = await askHolder(path);
      if (holder !== null) {
        throw new MpctlError('DAEMON_RUNNING', `another mpctl (process ${holder}) serves this run folder`, {
          hint: `stop it, or choose another folder with --run-dir`,
        });
      }
      if (there !== null) removeDead(path, there, `${own}.dead`);
    }
  } catch (error) {
    server.close();
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      if (inodeAt(path) === inode) rmSync(path);
      await new Promise(done => server.close(done));
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path }, resolve);
  });
}

/** What the daemon behind the socket says its pid is; null when none answers. */
export function askHolder(path: string): Promise<string | null> {
  return new Promise(resolve => {
    const socket = connect(path);
    let said = '';
    socket.setEncoding('latin1');
    socket.on('data', chunk => {
      said += chunk;
    });
    socket.on('end', () => resolve(said.trim() || 'unknown'));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ECONNREFUSED' || error.code === 'ENOENT' ? null : 'unknown');
    });
  });
}
