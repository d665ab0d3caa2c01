import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { MpctlError } from '../base/error.ts';
import type { Certificates } from '../certificates/certificates.ts';
import type { SmtpListener } from '../smtp/smtp-host.ts';
import type { TlsMode } from '../spec/smtp-spec.ts';
import type { ListenerSpec, TenantSpec } from '../spec/tenant-spec.ts';

/** What a listener needs to know: the settings as they are now, and what all tenants share. */
export type LiveListenerOwner = {
  readonly spec: TenantSpec;
  readonly certificates: Certificates;
  /** A connection ended. */
  connectionClosed(): void;
};

/** A listener that somebody connected to: counts its connections, and says how it speaks. */
export class LiveListener implements SmtpListener {
  readonly #id: string;
  readonly #owner: LiveListenerOwner;
  /** Connection → the bind that it came by. */
  readonly #sockets = new Map<Socket, number>();

  constructor(id: string, owner: LiveListenerOwner) {
    this.#id = id;
    this.#owner = owner;
  }

  get tls(): TlsMode {
    return this.#spec?.tls ?? 'none';
  }

  get requireStarttls(): boolean {
    return this.#spec?.requireStarttls ?? false;
  }

  get xclient(): boolean {
    return this.#spec?.xclient ?? false;
  }

  get proxyProtocol(): boolean {
    return this.#spec?.proxyProtocol ?? false;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  get maxConnections(): number {
    return this.#spec?.maxConnections ?? 0;
  }

  get isFull(): boolean {
    return this.maxConnections > 0 && this.connections >= this.maxConnections;
  }

  async secureContext(): Promise<SecureContext> {
    const { spec, certificates } = this.#owner;
    const { tlsCert, tlsKey } = this.#spec?.protocol === 'pop3' ? spec.pop3 : spec.smtp;
    if (tlsCert === null || tlsKey === null)
      throw new MpctlError('CERTIFICATE_UNUSABLE', `the listener ${this.#id} has no certificate`);
    return certificates.context({ certificate: tlsCert, key: tlsKey });
  }

  /** Counts a connection until it is closed. */
  add(socket: Socket, bindIndex: number): void {
    this.#sockets.set(socket, bindIndex);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#owner.connectionClosed();
    });
  }

  /** Whether it is a connection of this listener, by this bind where one is given. */
  has(socket: Socket, bindIndex?: number): boolean {
    const by = this.#sockets.get(socket);
    return by !== undefined && (bindIndex === undefined || by === bindIndex);
  }

  get #spec(): ListenerSpec | undefined {
    return this.#owner.spec.listeners.find(({ id }) => id === this.#id);
  }
}
