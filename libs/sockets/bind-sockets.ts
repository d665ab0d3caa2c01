import type { MpctlError } from '../base/error.ts';
import type { Bind, ListenerProtocol, SocketAccess } from '../spec/tenant-spec.ts';
import type { BoundSocket } from './bound-socket.ts';
import type { SocketApi } from './socket-api.ts';

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

/**
 * Binds sockets, none of them wider than configured for an instant. The outcomes stand in the order of the requests: one
 * socket's failure is its own. Binding is synchronous in slices (18,000: about 0.4 s), with a closed umask meanwhile.
 */
export async function bindSockets(
  requests: readonly SocketRequest[],
  options: BindOptions,
): Promise<(BoundSocket | MpctlError)[]> {
  throw new Error(`not there yet: ${requests.length} ${options.api}`);
}
