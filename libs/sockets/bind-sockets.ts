import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MpctlError } from '../base/error.ts';
import { maxSocketPathBytes } from '../spec/paths.ts';
import type { Bind, ListenerProtocol, SocketAccess, TcpBind, UnixBind } from '../spec/tenant-spec.ts';
import { applyAcls } from './acl.ts';
import type { BoundSocket } from './bound-socket.ts';
import type { HeldSocket } from './held-socket.ts';
import { PrivateSocket } from './private-socket.ts';
import { PublicSocket } from './public-socket.ts';
import { type FileAccess, resolveAccess } from './resolve-access.ts';
import type { SocketApi } from './socket-api.ts';
import { socketError } from './socket-error.ts';
import { SocketFile } from './socket-file.ts';
import { makeRunDir, prepareFolder } from './socket-folder.ts';
import { removeStale } from './stale-socket.ts';

/** One socket to bind. */
export type SocketRequest = {
  readonly bind: Bind;
  readonly protocol: ListenerProtocol;
  /** Whose it becomes when it is a unix path. */
  readonly access: SocketAccess;
  readonly backlog: number;
};

export type BindOptions = {
  /** The folders directly below it, and it itself, are made where they are missing. No other folder is. */
  readonly runDir: string;
  /** Group of `http` sockets for which nothing is written. */
  readonly webGroup: string;
  /**
   * What to do with a socket that is there and answers: `refuse` it, or `replace` it, knowing that only orphans of a dead
   * daemon can be behind it. One that nobody listens on is always replaced, and anything else never.
   */
  readonly occupied: 'refuse' | 'replace';
  readonly api: SocketApi;
};

/** How many are worked on at once, and between two turns of the event loop. */
const sliceSize = 500;

/**
 * Binds sockets, none of them wider than configured for an instant. The outcomes stand in the order of the requests: one
 * socket's failure is its own. Synchronous in slices, with a closed umask while a socket is made.
 */
export async function bindSockets(
  requests: readonly SocketRequest[],
  options: BindOptions,
): Promise<(BoundSocket | MpctlError)[]> {
  const accesses = await resolveAccess(requests, options.webGroup);
  makeRunDir(options.runDir);
  const outcomes: (BoundSocket | MpctlError)[] = [];
  for (let start = 0; start < requests.length; start += sliceSize) {
    const opened = await Promise.all(
      requests.slice(start, start + sliceSize).map((request, i) => {
        const access = accesses[start + i];
        assert(access);
        return access instanceof MpctlError ? access : openOne(request, access, options).catch(asFailure);
      }),
    );
    outcomes.push(...(await handOver(opened)));
    await nextTurn();
  }
  return outcomes;
}

/** A socket that has its group already, and its mode or soon its ACL, but is still this process's own. */
type Opened = {
  readonly socket: HeldSocket;
  /** null for TCP. */
  readonly file: SocketFile | null;
  readonly access: FileAccess;
};

async function openOne(request: SocketRequest, access: FileAccess, options: BindOptions): Promise<Opened> {
  const { bind, backlog } = request;
  // The owner's rights are there from the start, the others' come when owner and group are right.
  const firstMode = access.mode & 0o600;
  const open: Open = place =>
    options.api === 'private'
      ? PrivateSocket.open(place, 0o777 & ~firstMode)
      : PublicSocket.open(place, 0o777 & ~firstMode, backlog);
  if (bind.kind === 'tcp') return { socket: await openTcp(bind, open), file: null, access };

  const { path } = bind;
  if (Buffer.byteLength(path) > maxSocketPathBytes) {
    throw socketError('SOCKET_PATH_TOO_LONG', `${path} is longer than ${maxSocketPathBytes} bytes`);
  }
  const isOurFolder = prepareFolder(path, options.runDir);
  const socket = await openUnix(bind, open, options);
  let file: SocketFile | undefined;
  try {
    file = new SocketFile(path, firstMode, !isOurFolder || access.acl.length > 0);
    socket.keepFile(file.identity, options.runDir);
    file.setOwner(null, access.gid);
    if (access.acl.length === 0) file.setMode(access.mode);
    return { socket, file, access };
  } catch (error) {
    file?.[Symbol.dispose]();
    await socket.close();
    throw error;
  }
}

/** Binds, or gives the error's name. */
type Open = (bind: Bind) => HeldSocket | string | Promise<HeldSocket | string>;

async function openUnix(bind: UnixBind, open: Open, options: BindOptions): Promise<HeldSocket> {
  let socket = await open(bind);
  if (socket === 'EADDRINUSE') {
    await removeStale(bind.path, options.occupied);
    socket = await open(bind);
  }
  if (typeof socket === 'string') throw bindError(bind.path, socket);
  return socket;
}

async function openTcp(bind: TcpBind, open: Open): Promise<HeldSocket> {
  let socket = await open(bind.host === 'localhost' ? { ...bind, host: '127.0.0.1' } : bind);
  // `::` means every address; a machine without IPv6 has only these.
  if (bind.host === '::' && (socket === 'EAFNOSUPPORT' || socket === 'EADDRNOTAVAIL')) {
    socket = await open({ ...bind, host: '0.0.0.0' });
  }
  if (typeof socket === 'string') throw bindError(`${bind.host} port ${bind.port}`, socket);
  return socket;
}

/**
 * Why nobody could listen at an address now; null when somebody could. It is bound for an instant. That this process has
 * not the right to says nothing about another.
 */
export async function probeTcp(bind: TcpBind): Promise<MpctlError | null> {
  let refused = '';
  try {
    const socket = await openTcp(bind, async place => {
      const opened = await PublicSocket.open(place, 0o777, 1);
      refused = typeof opened === 'string' ? opened : '';
      return opened;
    });
    await socket.close();
    return null;
  } catch (error) {
    return refused === 'EACCES' ? null : asFailure(error);
  }
}

/** Sets the ACLs of all at once, then the owners: after that the rest may no longer be this process's to set. */
async function handOver(opened: readonly (Opened | MpctlError)[]): Promise<(BoundSocket | MpctlError)[]> {
  const faults = await setAcls(opened.flatMap(one => (one instanceof MpctlError ? [] : [one])));
  return Promise.all(
    opened.map(async one => {
      if (one instanceof MpctlError) return one;
      const { socket, file, access } = one;
      if (file === null) return socket;
      using held = file;
      try {
        const fault = faults.get(one);
        if (fault !== undefined) throw socketError('SOCKET_ACL_FAILED', `cannot set the ACL: ${fault}`);
        held.setOwner(access.uid, null);
        return socket;
      } catch (error) {
        await socket.close();
        return asFailure(error);
      }
    }),
  );
}

/** Resolves to what went wrong. */
async function setAcls(opened: readonly Opened[]): Promise<Map<Opened, string>> {
  const listed = opened.filter(({ file, access }) => file !== null && access.acl.length > 0);
  if (listed.length === 0) return new Map();
  const faults = await applyAcls(listed.map(({ file, access }) => ({ fd: file?.fd ?? -1, acl: access.acl })));
  return new Map(listed.flatMap((one, i) => (faults.has(i) ? [[one, faults.get(i) ?? '']] : [])));
}

function bindError(place: string, systemError: string): MpctlError {
  if (systemError === 'EADDRINUSE') {
    return socketError('SOCKET_IN_USE', `another process listens at ${place}`);
  }
  if (systemError === 'EADDRNOTAVAIL') {
    return socketError('SOCKET_BIND_FAILED', `cannot listen at ${place}: this machine has no such address`);
  }
  return socketError('SOCKET_BIND_FAILED', `cannot listen at ${place}: ${systemError}`, {
    hint: systemError === 'EACCES' ? 'the daemon may not write the folder, or use so low a port' : '',
  });
}

/** Of what went wrong with one socket: the system's word where it is not ours already. */
function asFailure(error: unknown): MpctlError {
  if (error instanceof MpctlError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return socketError('SOCKET_BIND_FAILED', message, { cause: error });
}
