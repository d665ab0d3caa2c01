import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { apiVersion } from './api-version.ts';
import { ChangeLog, type Changes } from './change-log.ts';
import { frame, messagesOf, type OpenMessage, statsMessage } from './event-frames.ts';
import type { InboxTenant } from './inbox-tenant.ts';
import type { MailEvent } from './mail-events.ts';

/** Someone who listens to a tenant's events. */
type Listener = {
  readonly webSocket: WebSocket;
  readonly socket: Duplex;
  readonly deflate: boolean;
  /** Wants to know the place of each event in the order of changes. */
  readonly cursor: boolean;
};

/** What is to be sent, once for all who want it in the same form. */
type Pending = { readonly text: OpenMessage; readonly cursor: string };

/** A listener that does not read is dropped when so much waits for it. */
const maxWaitingBytes = 1024 * 1024;

const statsMs = 250;
const pingMs = 54_000;

/** Writing to a listener costs some microseconds: the more there are, the more events go in one write, up to 50 ms. */
const gatherMsPerListener = 0.05;

/** The live side of one tenant: its listeners, and its changes for those who come back. */
export class EventHub {
  readonly #tenant: InboxTenant;
  readonly #log = new ChangeLog();
  readonly #listeners = new Set<Listener>();
  readonly #unsubscribe: () => void;
  readonly #closed = new AbortController();
  #pending: Pending[] = [];
  #flushing: NodeJS.Timeout | null = null;
  #counting: NodeJS.Timeout | null = null;
  #pinging: NodeJS.Timeout | null = null;

  constructor(tenant: InboxTenant) {
    this.#tenant = tenant;
    this.#unsubscribe = tenant.events.subscribe(event => this.#take(event));
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  changesSince(cursor: string): Changes {
    return this.#log.since(cursor);
  }

  /** Sends events from now on, and soon the counts. */
  join(webSocket: WebSocket, socket: Duplex, cursor: boolean): void {
    this.#flush();
    const deflate = webSocket.extensions.includes('permessage-deflate');
    const listener = { webSocket, socket, deflate, cursor };
    this.#listeners.add(listener);
    webSocket.on('close', () => this.#leave(listener));
    // A client that breaks the protocol or goes away is closed by `ws`; there is nobody to tell.
    webSocket.on('error', () => {});
    this.#pinging ??= setInterval(() => this.#ping(), pingMs).unref();
    this.#countSoon();
  }

  /** Calls back when the tenant ends; returns what takes that back. */
  whenClosed(closed: () => void): () => void {
    const { signal } = this.#closed;
    signal.addEventListener('abort', closed);
    return () => signal.removeEventListener('abort', closed);
  }

  /** Takes no part any more; its listeners are ended by whoever holds their connections. */
  close(): void {
    this.#unsubscribe();
    this.#closed.abort();
    for (const timer of [this.#flushing, this.#counting]) if (timer) clearTimeout(timer);
    if (this.#pinging) clearInterval(this.#pinging);
  }

  #leave(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0 || !this.#pinging) return;
    clearInterval(this.#pinging);
    this.#pinging = null;
  }

  #take(event: MailEvent): void {
    this.#log.note(event);
    if (this.#listeners.size === 0) return;
    for (const text of messagesOf(event)) this.#send(text);
    if (event.kind !== 'tags' && event.kind !== 'retagged' && event.kind !== 'refused') this.#countSoon();
  }

  #send(text: OpenMessage): void {
    this.#pending.push({ text, cursor: this.#log.cursor });
    const waitMs = Math.min(50, this.#listeners.size * gatherMsPerListener);
    this.#flushing ??= setTimeout(() => this.#flush(), waitMs);
  }

  /** All that is pending, in one write a listener. */
  #flush(): void {
    if (this.#flushing) clearTimeout(this.#flushing);
    this.#flushing = null;
    const pending = this.#pending;
    this.#pending = [];
    if (pending.length === 0) return;
    const forms = new Map<string, Buffer>();
    for (const { socket, deflate, cursor } of this.#listeners) {
      const form = `${deflate}${cursor}`;
      const bytes = forms.get(form) ?? encode(pending, deflate, cursor);
      forms.set(form, bytes);
      socket.write(bytes);
      if (socket.writableLength > maxWaitingBytes) socket.destroy();
    }
  }

  #countSoon(): void {
    this.#counting ??= setTimeout(() => void this.#count(), statsMs);
  }

  async #count(): Promise<void> {
    this.#counting = null;
    if (this.#listeners.size === 0) return;
    try {
      const { total, unread } = await this.#tenant.mailbox.counts();
      this.#send(statsMessage({ Total: total, Unread: unread, Version: apiVersion }));
    } catch {
      // The mailbox cannot be read now: its owner tells so, and the next change counts again.
    }
  }

  #ping(): void {
    for (const { webSocket } of this.#listeners) webSocket.ping();
  }
}

function encode(pending: readonly Pending[], deflate: boolean, withCursor: boolean): Buffer {
  return Buffer.concat(
    pending.map(({ text, cursor }) =>
      frame(withCursor ? `${text},"Cursor":"${cursor}"}` : `${text}}`, deflate),
    ),
  );
}
