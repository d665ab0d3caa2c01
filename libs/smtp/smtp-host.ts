/**
 * What the SMTP engine asks of a tenant, and what it offers. One engine serves all tenants of a shard; nothing of a
 * tenant is kept in it but its live sessions.
 */
import type { Socket } from 'node:net';
import type { Envelope } from '../mail/message.ts';

/** Read anew at each command, so that a live change holds for open sessions too. */
export type SmtpSettings = {
  /** `{host}` of greetings. */
  readonly hostname: string;
  /** `{app}` of greetings: `mpctl` or `mpctl (<label>)`. */
  readonly app: string;
  readonly suspended: boolean;
  readonly maxRecipients: number;
  /** 0: unlimited. */
  readonly maxMessageSizeBytes: number;
};

/** What became of a mail. `queued` without an id: taken and deliberately not stored. */
export type Delivery =
  | { readonly outcome: 'queued'; readonly id: string | null }
  /** The reply's text without CRLF, e.g. `452 4.3.1 Insufficient system storage`. */
  | { readonly outcome: 'refused'; readonly reply: string };

export interface SmtpHost {
  readonly settings: SmtpSettings;
  /** Takes the mail as it came, dots unstuffed, no header added yet. Resolves when the mail is safe. */
  deliver(envelope: Envelope, data: Buffer): Promise<Delivery>;
  /** Called for every 4xx and 5xx reply. */
  replied(reply: string, remoteAddress: string): void;
}

export interface SmtpEngine {
  /** Serves a session on an accepted socket until it ends. Never throws, never rejects. */
  serve(socket: Socket, host: SmtpHost): void;
  /**
   * Ends the sessions of a host: idle ones get 421 at once, DATA in progress may finish until `drainMs` have passed.
   * Resolves when no session is left.
   */
  end(host: SmtpHost, drainMs: number): Promise<void>;
  connections(host: SmtpHost): number;
}
