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
  #connections = 0;

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
    return this.#connections;
  }

  get maxConnections(): number {
    return this.#spec?.maxConnections ?? 0;
  }

  get isFull(): boolean {
    return this.maxConnections > 0 && this.#connections >= this.maxConnections;
  }

  async secureContext(): Promise<SecureContext> {
    const { spec, certificates } = this.#owner;
    const { tlsCert, tlsKey } = this.#spec?.protocol === 'pop3' ? spec.pop3 : spec.smtp;
    if (tlsCert === null || tlsKey === null)
      throw new MpctlError('CERTIFICATE_UNUSABLE', `the listener ${this.#id} has no certificate`);
    return certificates.context({ certificate: tlsCert, key: tlsKey });
  }

  /** Counts a connection until it is closed. */
  add(socket: Socket): void {
    this.#connections++;
    socket.on('close', () => {
      this.#connections--;
      this.#owner.connectionClosed();
    });
  }

  get #spec(): ListenerSpec | undefined {
    return this.#owner.spec.listeners.find(({ id }) => id === this.#id);
  }
}
