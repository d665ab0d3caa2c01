import type { Socket } from 'node:net';
import { MpctlError } from '../base/error.ts';
import { type Accepting, type Acceptor, type AcceptSource, acceptFrom } from '../sockets/accept.ts';

/** The tenant behind a socket. */
export interface ListeningOwner {
  /** Queue of a listener's sockets; null when there is no such listener. */
  backlogOf(listenerId: string): number | null;
  connected(listenerId: string, bindIndex: number, socket: Socket): void;
  connectionLost(listenerId: string, systemError: string): void;
}

/** One bind of one listener. Thousands of these are idle, so each is a few words. */
export class Listening implements Acceptor {
  readonly listenerId: string;
  readonly bindIndex: number;
  readonly #owner: ListeningOwner;
  #accepting: Accepting | null = null;
  /** Why it does not listen; empty when it does. */
  fault = '';

  constructor(owner: ListeningOwner, listenerId: string, bindIndex: number) {
    this.#owner = owner;
    this.listenerId = listenerId;
    this.bindIndex = bindIndex;
  }

  /** Never throws: a failure is this socket's state. `null` is one that did not arrive. */
  start(source: AcceptSource | null): void {
    try {
      const backlog = this.#owner.backlogOf(this.listenerId);
      if (backlog === null) throw new MpctlError('TENANT_LISTENER_UNKNOWN', 'there is no such listener');
      if (source === null) throw new MpctlError('TENANT_SOCKET_LOST', 'the socket did not arrive');
      this.#accepting = acceptFrom(source, backlog, this);
      this.fault = '';
    } catch (error) {
      if (!(error instanceof MpctlError)) throw error;
      this.fault = `${error.code}: ${error.message} (listener ${this.listenerId}, bind ${this.bindIndex})`;
    }
  }

  /** No new connection from here on. */
  stop(): void {
    this.#accepting?.close();
    this.#accepting = null;
  }

  accept(socket: Socket): void {
    this.#owner.connected(this.listenerId, this.bindIndex, socket);
  }

  acceptFailed(systemError: string): void {
    this.#owner.connectionLost(this.listenerId, systemError);
  }
}
