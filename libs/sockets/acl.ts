/** POSIX ACL entries: as operators write them, and set by one `setfacl` for many sockets. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** Who an entry is for. A name is empty for the owner, the owning group, the mask and the others. */
export type AclEntry = {
  readonly tag: 'u' | 'g' | 'm' | 'o';
  readonly name: string;
  /** As in a mode: r 4, w 2, x 1. */
  readonly bits: number;
};

const order = ['u', 'g', 'm', 'o'] as const;
const entryPattern = /^(u|user|g|group|m|mask|o|other):([^:]*):([rwx-]{1,3})$/;

/** One entry, e.g. `u:bob:rw` or `group:web:r--`; null when it is none. */
export function parseAclEntry(text: string): AclEntry | null {
  const match = entryPattern.exec(text);
  const tag = order.find(letter => match?.[1]?.[0] === letter);
  const [, , name = '', letters = ''] = match ?? [];
  if (tag === undefined || letters === '' || ((tag === 'm' || tag === 'o') && name !== '')) return null;
  const bits = [...letters].reduce((sum, letter) => sum | ({ r: 4, w: 2, x: 1 }[letter] ?? 0), 0);
  return { tag, name, bits };
}

/** The whole list for a mode and what stands beside it, as setfacl takes it: the mask lets every entry have its full rights. */
export function renderAcl(mode: number, entries: readonly AclEntry[]): string[] {
  const all = new Map<string, AclEntry>();
  const base: AclEntry[] = [
    { tag: 'u', name: '', bits: (mode >> 6) & 7 },
    { tag: 'g', name: '', bits: (mode >> 3) & 7 },
    { tag: 'o', name: '', bits: mode & 7 },
  ];
  for (const entry of [...base, ...entries]) all.set(`${entry.tag}:${entry.name}`, entry);
  if (!all.has('m:')) {
    const masked = [...all.values()].filter(({ tag, name }) => tag === 'g' || (tag === 'u' && name !== ''));
    all.set('m:', { tag: 'm', name: '', bits: masked.reduce((sum, { bits }) => sum | bits, 0) });
  }
  const letters = (bits: number) => `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${bits & 1 ? 'x' : '-'}`;
  return [...all.values()]
    .sort(
      (a, b) => order.indexOf(a.tag) - order.indexOf(b.tag) || Number(a.name !== '') - Number(b.name !== ''),
    )
    .map(({ tag, name, bits }) => `${tag}:${name}:${letters(bits)}`);
}

/** Whether this machine can set ACLs. */
export async function hasSetfacl(): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const { execa } = await import('execa');
  return (await execa('setfacl', ['--version'], { reject: false, cwd: '/' })).exitCode === 0;
}

/** Below it are the standard three. */
const firstFd = 3;

/**
 * Sets lists made by {@link renderAcl} on open files, all in one process, which inherits them: no path can lead it
 * elsewhere. Resolves to what went wrong, by position.
 */
export async function applyAcls(
  wanted: readonly { readonly fd: number; readonly acl: readonly string[] }[],
): Promise<Map<number, string>> {
  const setfacl = spawn('setfacl', ['--restore=-'], {
    stdio: ['pipe', 'ignore', 'pipe', ...wanted.map(({ fd }) => fd)],
  });
  const [stdin, stderr] = [setfacl.stdin as Writable, setfacl.stderr as Readable];
  // It ended before it had read everything: its exit code tells.
  stdin.on('error', () => {});
  stdin.end(
    wanted.map(({ acl }, i) => `# file: /proc/self/fd/${i + firstFd}\n${acl.join('\n')}\n`).join('\n'),
  );
  const exited = once(setfacl, 'exit');
  const said = await text(stderr);
  const [exitCode] = await exited;
  const failures = new Map<number, string>();
  if (exitCode === 0) return failures;
  for (const [, fd, message = ''] of said.matchAll(/\/fd\/(\d+): (.*)$/gm)) {
    failures.set(Number(fd) - firstFd, message);
  }
  // Nothing that names a file: then none can be trusted to have its list.
  return failures.size > 0 ? failures : new Map(wanted.map((_, i) => [i, said || `exit code ${exitCode}`]));
}
