/** The web server that runs, by what Linux tells of every process. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { ProxyServer } from '../spec/proxy-spec.ts';
import type { Person } from './person.ts';

export type WebProcess = {
  readonly pid: number;
  /** With the groups that it has, which may be older than those of its account. */
  readonly gids: readonly number[];
  readonly uid: number;
  /** Its systemd unit, e.g. `nginx.service`; null where it has none. */
  readonly unit: string | null;
};

const programs: Readonly<Record<ProxyServer, readonly string[]>> = {
  nginx: ['nginx'],
  apache: ['apache2', 'httpd'],
};

/** One that serves requests at one of the ports; one that nobody can tell from it, where its files may not be looked at. */
export function findWebProcess(server: ProxyServer, ports: readonly number[]): WebProcess | null {
  if (process.platform !== 'linux') return null;
  const inodes = listeningInodes(ports);
  const found = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && programs[server].includes(readText(`/proc/${name}/comm`).trim()))
    .filter(pid => listensOn(pid, inodes))
    .map(pid => describeProcess(Number(pid)));
  // The one that is root only watches over the others.
  return found.find(({ uid }) => uid !== 0) ?? found[0] ?? null;
}

export function personOf({ uid, gids }: WebProcess, name: string): Person {
  return { name, uid, gids };
}

/** Who a process is. */
export function describeProcess(pid: number): WebProcess {
  const status = readText(`/proc/${pid}/status`);
  const numbers = (field: string) =>
    (new RegExp(`^${field}:(.*)$`, 'm').exec(status)?.[1] ?? '').trim().split(/\s+/).map(Number);
  // Real, effective, saved, of the file system: the last counts for a path.
  const [uid = 0, gid = 0] = [numbers('Uid')[3], numbers('Gid')[3]];
  return { pid, uid, gids: [...new Set([gid, ...numbers('Groups')])], unit: unitOf(pid) };
}

/** The systemd service that a process belongs to. */
function unitOf(pid: number): string | null {
  return /\/([^/\n]+\.service)$/m.exec(readText(`/proc/${pid}/cgroup`))?.[1] ?? null;
}

/** Of the sockets that listen at a port, whatever the address. */
function listeningInodes(ports: readonly number[]): ReadonlySet<string> {
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(path => readText(path).split('\n').slice(1));
  const inodes = lines
    .map(line => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => {
      return state === '0A' && ports.includes(Number.parseInt(local.split(':')[1] ?? '', 16));
    })
    .map(fields => fields[9] ?? '');
  return new Set(inodes);
}

function listensOn(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some(fd => {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      return inode !== undefined && inodes.has(inode);
    });
  } catch {
    // Another's files: only root may look.
    return true;
  }
}

/**
 * The folder below which a process sees other files than this one does, at a path: `/tmp` under systemd's PrivateTmp.
 * Null: it sees the same.
 */
export function foreignMount(pid: number, path: string): string | null {
  const [own, theirs] = ['self', pid].map(each => coveringMount(readText(`/proc/${each}/mountinfo`), path));
  return !own || !theirs || own.what === theirs.what ? null : theirs.at;
}

type Mount = { readonly at: string; readonly what: string };

/** The last mount that covers the path (proc(5), mountinfo): where it stands, and what the path is on its device. */
function coveringMount(text: string, path: string): Mount | null {
  let best: Mount | null = null;
  for (const line of text.split('\n')) {
    const [, , device, root, at = ''] = line.split(' ');
    const covers = at === '/' || path === at || path.startsWith(`${at}/`);
    if (covers && at.length >= (best?.at.length ?? 0))
      best = { at, what: `${device} ${root}/${path.slice(at.length)}`.replace(/\/+/g, '/') };
  }
  return best;
}

/** Empty when the process ended meanwhile. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
