import { connect } from 'node:net';
import type { Person } from './person.ts';

/** `connected`, or the system's word for why not. */
export type Attempt = string;

/** Whether this process may become somebody else for a while. */
export const mayBecomeAnybody = process.platform === 'linux' && process.getuid?.() === 0;

/**
 * Connects as somebody else, really: this whole process is that person until it is settled, so nothing else may be
 * under way. Needs root. Each connection is ended at once.
 */
export async function tryConnectAs(
  person: Person,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Attempt>> {
  const { setgroups, setegid, seteuid } = process;
  if (!setgroups || !setegid || !seteuid) throw new Error('there are no users on this system');
  const [gid = 0, groups = []] = [process.getegid?.(), process.getgroups?.()];
  const attempts = new Map<string, Attempt>();
  try {
    setgroups([...person.gids]);
    setegid(person.gids[0] ?? person.uid);
    seteuid(person.uid);
    for (const path of paths) attempts.set(path, await tryConnect(path));
  } finally {
    seteuid(0);
    setegid(gid);
    setgroups(groups);
  }
  return attempts;
}

export function tryConnect(path: string): Promise<Attempt> {
  return new Promise(resolve => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve('connected');
    });
    // A full queue was reached all the same.
    socket.on('error', ({ code = 'UNKNOWN' }: NodeJS.ErrnoException) =>
      resolve(code === 'EAGAIN' ? 'connected' : code),
    );
  });
}
