import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Acl, FileLook } from './find-stop.ts';

/**
 * A path with all folders above it, from the root on. `missing`: something on the way is not there · `unseen`: this
 * process may not look.
 */
export type Chain = readonly FileLook[] | 'missing' | 'unseen';

/** Looks at each folder once. ACLs are read in one go where `getfacl` is there. */
export async function lookAtAll(paths: readonly string[]): Promise<ReadonlyMap<string, Chain>> {
  const looks = new Map<string, FileLook | 'missing' | 'unseen'>();
  const look = (path: string, stat: (path: string) => Stats) => {
    const known = looks.get(path) ?? lookAt(path, stat);
    looks.set(path, known);
    return known;
  };
  const folders = new Map<string, string | 'missing' | 'unseen'>();
  const chains = new Map<string, (FileLook | 'missing' | 'unseen')[]>();
  for (const path of paths) {
    const dir = folders.get(dirname(path)) ?? realFolder(dirname(path));
    folders.set(dirname(path), dir);
    const isReal = dir !== 'missing' && dir !== 'unseen';
    const above = isReal ? parentsOf(dir) : parentsOf(dirname(path));
    const socket = isReal ? join(dir, path.slice(dirname(path).length)) : path;
    chains.set(path, [...above.map(folder => look(folder, statSync)), look(socket, lstatSync)]);
  }
  const acls = await readAcls([...looks].flatMap(([path, one]) => (typeof one === 'string' ? [] : [path])));
  const withAcl = (one: FileLook): FileLook => ({ ...one, acl: acls.get(one.path) ?? null });
  return new Map(
    [...chains].map(([path, chain]): [string, Chain] => {
      const bad = chain.find(one => typeof one === 'string');
      return [path, bad ?? chain.filter(one => typeof one !== 'string').map(withAcl)];
    }),
  );
}

function lookAt(path: string, stat: (path: string) => Stats): FileLook | 'missing' | 'unseen' {
  try {
    const stats = stat(path);
    const kind = stats.isDirectory() ? 'folder' : stats.isSocket() ? 'socket' : 'other';
    return { path, kind, uid: stats.uid, gid: stats.gid, mode: stats.mode & 0o7777, acl: null };
  } catch (error) {
    return whyNot(error);
  }
}

function realFolder(dir: string): string {
  try {
    return realpathSync(dir);
  } catch (error) {
    return whyNot(error);
  }
}

function whyNot(error: unknown): 'missing' | 'unseen' {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
  if (code === 'EACCES' || code === 'EPERM') return 'unseen';
  throw error;
}

/** The folder itself last. */
function parentsOf(dir: string): string[] {
  const parent = dirname(dir);
  return parent === dir ? [dir] : [...parentsOf(parent), dir];
}

/** Of the files that have one. */
async function readAcls(paths: readonly string[]): Promise<ReadonlyMap<string, Acl>> {
  if (process.platform !== 'linux') return new Map();
  const { execa } = await import('execa');
  const args = ['--numeric', '--absolute-names', '--skip-base', '-'];
  const { stdout = '' } = await execa('getfacl', args, {
    input: paths.join('\n'),
    reject: false,
    cwd: '/',
  });
  return parseAcls(stdout);
}

/** What getfacl prints, by path. */
export function parseAcls(text: string): ReadonlyMap<string, Acl> {
  const acls = new Map<string, Acl>();
  for (const part of text.split(/^# file: /m).slice(1)) {
    const path = plainPath(part.slice(0, part.indexOf('\n')));
    const users = new Map<number, number>();
    const groups = new Map<number, number>();
    let [owningGroup, mask] = [0, 7];
    for (const [, tag, id = '', letters = ''] of part.matchAll(/^(user|group|mask):(\d*):([r-][w-][x-])/gm)) {
      const bits = [...letters].reduce((sum, letter) => sum * 2 + (letter === '-' ? 0 : 1), 0);
      if (tag === 'mask') mask = bits;
      else if (id !== '') (tag === 'user' ? users : groups).set(Number(id), bits);
      else if (tag === 'group') owningGroup = bits;
    }
    acls.set(path, { users, groups, owningGroup, mask });
  }
  return acls;
}

/** getfacl writes what is not plain in octal. */
function plainPath(path: string): string {
  const bytes = path.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
  return bytes === path ? path : Buffer.from(bytes, 'latin1').toString();
}
