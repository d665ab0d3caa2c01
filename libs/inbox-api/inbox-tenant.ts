/**
 * What the HTTP engine asks of a tenant, and what it offers. One engine (one fastify) serves all tenants of a shard.
 */
import type { Socket } from 'node:net';
import type { TenantId } from '../base/ids.ts';
import type { Mailbox } from '../store/store.ts';
import type { TenantCounters } from '../wire/report.ts';
import type { MailEvents } from './mail-events.ts';

/** Read anew at each request. */
export type InboxSettings = {
  readonly hostname: string;
  readonly label: string;
  readonly suspended: boolean;
  readonly maxMessageSizeBytes: number;
};

export interface InboxTenant {
  readonly id: TenantId;
  readonly settings: InboxSettings;
  readonly mailbox: Mailbox;
  readonly counters: TenantCounters;
  readonly startedAtMs: number;
  /** Every change of the mailbox is published here, by whoever makes it; the API publishes its own. */
  readonly events: MailEvents;
}

export interface InboxEngine extends AsyncDisposable {
  /**
   * Serves HTTP on an accepted socket until it ends. Never throws. The socket comes from a `net.Server` with
   * `allowHalfOpen`: a client may close its side before it has read the answer.
   */
  serve(socket: Socket, tenant: InboxTenant): void;
  /** Ends the connections of a tenant: idle ones at once, busy ones after their answer, at most `drainMs` later. */
  end(tenant: InboxTenant, drainMs: number): Promise<void>;
  connections(tenant: InboxTenant): number;
}
