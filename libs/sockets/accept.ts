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

/** As `net.Server` makes its sockets. */
function toSocket(handle: object): Socket {
  const socket = new Socket({ handle, allowHalfOpen: true, readable: true, writable: true } as object);
  return socket.setNoDelay(true);
}

function listenError(systemError: string) {
  return socketError('SOCKET_LISTEN_FAILED', `cannot listen: ${systemError}`);
}
