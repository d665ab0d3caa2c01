import { Socket } from 'node:net';
import { getSystemErrorName } from 'node:util';
import { type NodeHandle, openHandle } from './node-handle.ts';
import { socketError } from './socket-error.ts';

/** Who takes the connections of a listening socket. */
export interface Acceptor {
  accept(socket: Socket): void;
  /** A connection was lost before anyone saw it, e.g. `EMFILE`. */
  acceptFailed(systemError: string): void;
}

/** A socket that this process accepts from. */
export interface Accepting {
  /** Ends it here; whoever bound the socket still holds it, and the kernel queues what comes. */
  close(): void;
}

/** A listening socket as a shard gets it: an inherited descriptor, or a handle that came by IPC. */
export type AcceptSource = number | object;

type AcceptingHandle = NodeHandle & { acceptor: Acceptor };

/**
 * Accepts from a bound socket. Bare handles instead of `net.Server`, all with one callback: thousands are idle.
 * @throws MpctlError SOCKET_LISTEN_FAILED
 */
export function acceptFrom(source: AcceptSource, backlog: number, acceptor: Acceptor): Accepting {
  const handle = typeof source === 'number' ? openHandle(source) : (source as NodeHandle);
  if (typeof handle === 'string') throw listenError(handle);
  const accepting = Object.assign(handle, { acceptor, onconnection });
  const status = accepting.listen(backlog);
  if (status < 0) {
    handle.close();
    throw listenError(getSystemErrorName(status));
  }
  return accepting;
}

function onconnection(this: NodeHandle, status: number, client: object | undefined): void {
  const { acceptor } = this as AcceptingHandle;
  if (status < 0 || client === undefined) acceptor.acceptFailed(getSystemErrorName(status));
  else acceptor.accept(toSocket(client));
}

/**
 * Where all sockets read into, one after the other. Node's own way takes 64 KiB of fresh memory for each read, most of
 * which is a line: with a malloc that keeps nothing that is two calls of the system and a page to clear.
 */
const incoming = Buffer.allocUnsafeSlow(64 * 1024);

/** Hands on a copy, since the next read is into the same place. */
function onread(this: Socket, bytes: number, buffer: Buffer): boolean {
  return this.push(Buffer.from(buffer.subarray(0, bytes)));
}

/** As `net.Server` makes its sockets, but for what they read into. */
function toSocket(handle: object): Socket {
  const reading = { buffer: incoming, callback: onread };
  const options = { handle, allowHalfOpen: true, readable: true, writable: true, onread: reading };
  return new Socket(options as object).setNoDelay(true);
}

function listenError(systemError: string) {
  return socketError('SOCKET_LISTEN_FAILED', `cannot listen: ${systemError}`);
}
