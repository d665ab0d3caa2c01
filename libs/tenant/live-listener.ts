import type { Socket } from 'node:net';
import { plainListener, type SmtpListener } from '../smtp/smtp-host.ts';
import type { ListenerSpec } from '../spec/tenant-spec.ts';

/** A listener that somebody connected to: counts its connections, and says how it speaks. */
export class LiveListener implements SmtpListener {
  readonly tls = plainListener.tls;
  readonly requireStarttls = plainListener.requireStarttls;
  readonly xclient = plainListener.xclient;
  readonly proxyProtocol = plainListener.proxyProtocol;
  readonly secureContext = plainListener.secureContext;
  readonly #spec: () => ListenerSpec | undefined;
  readonly #closed: () => void;
  #connections = 0;

  /** `spec` gives the settings as they are now, `closed` is told of each connection that ended. */
  constructor(spec: () => ListenerSpec | undefined, closed: () => void) {
    this.#spec = spec;
    this.#closed = closed;
  }

  get connections(): number {
    return this.#connections;
  }

  get maxConnections(): number {
    return this.#spec()?.maxConnections ?? 0;
  }

  get isFull(): boolean {
    return this.maxConnections > 0 && this.#connections >= this.maxConnections;
  }

  /** Counts a connection until it is closed. */
  add(socket: Socket): void {
    this.#connections++;
    socket.on('close', () => {
      this.#connections--;
      this.#closed();
    });
  }
}
