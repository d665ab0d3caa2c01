import { readFileSync } from 'node:fs';

/** Somebody who wants to reach a socket, with the groups that count. */
export type Person = {
  readonly name: string;
  readonly uid: number;
  /** The primary one first. */
  readonly gids: readonly number[];
};

/** A user of this machine with all groups that it would get now; null: there is none. */
export async function findPerson(name: string): Promise<Person | null> {
  const { execa } = await import('execa');
  const { stdout, failed } = await execa('id', ['--', name], {
    reject: false,
    cwd: '/',
    env: { LC_ALL: 'C' },
  });
  const [, uid, gid, groups = ''] = /^uid=(\d+)\S* gid=(\d+)\S*(?: groups=(.*))?/.exec(stdout ?? '') ?? [];
  if (failed || uid === undefined) return null;
  const gids = [gid, ...groups.split(/\([^)]*\),?|,/)].filter(Boolean).map(Number);
  return { name, uid: Number(uid), gids: [...new Set(gids)] };
}

/** Names of ids, for people to read; who has none is a number. */
export type Names = {
  user(uid: number): string;
  group(gid: number): string;
  /** Null: there is none, or only a directory service knows it. */
  groupId(name: string): number | null;
};

export function readNames(): Names {
  const users = namesIn('/etc/passwd');
  const groups = namesIn('/etc/group');
  return {
    user: uid => users.get(uid) ?? String(uid),
    group: gid => groups.get(gid) ?? String(gid),
    groupId: name => [...groups].find(([, each]) => each === name)?.[0] ?? null,
  };
}

/** Both files have the name first and its id third. */
function namesIn(path: string): ReadonlyMap<number, string> {
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return new Map(lines.map(line => line.split(':')).map(([name = '', , id = '']) => [Number(id), name]));
}
