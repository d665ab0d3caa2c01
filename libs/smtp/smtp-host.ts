/**
 * What the SMTP engine asks of a tenant, and what it offers. One engine serves all tenants of a shard; nothing of a
 * tenant is kept in it but its live sessions, its transcript and, where limits are set, its counts of the last minute.
 */
import type { Socket } from 'node:net';
import type { ChaosTriggers } from '../base/chaos.ts';
import type { Limits } from '../connection/limiter.ts';
import { type LineListener, plainLineListener } from '../connection/listener.ts';
import type { Envelope } from '../mail/message.ts';
import type { SessionRecord } from '../mail/session-record.ts';
import type { LoginResult, Proof } from '../passwords/proof.ts';

export type Mechanism = 'PLAIN' | 'LOGIN' | 'CRAM-MD5';

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
  /** What EHLO offers; empty: there is no AUTH. */
  readonly authMechanisms: readonly Mechanism[];
  /** MAIL, RCPT and DATA only after a login. */
  readonly authRequired: boolean;
  /** Searched in the address as given; null: every recipient is allowed. */
  readonly allowedRecipients: { test(address: string): boolean } | null;
  /** A recipient that is not allowed is answered 250 and dropped. */
  readonly ignoreRejectedRecipients: boolean;
  /** null: chaos is off. */
  readonly chaos: ChaosTriggers | null;
  /** Syntax and sequence errors that end a session; 0: never. */
  readonly maxBadCommands: number;
  /** For each command line, data line and reply. Taken when a session begins. */
  readonly timeoutMs: number;
  /** How long a session may last; 0: for ever. */
  readonly maxSessionMs: number;
  /** Peers' names are not looked up. */
  readonly disableRdns: boolean;
  readonly limits: Limits;
};

/** For a host to begin with: everything but the names as the reference has it without options. */
export const defaultSmtpSettings = {
  suspended: false,
  maxRecipients: 100,
  maxMessageSizeBytes: 50 * 1024 * 1024,
  authMechanisms: [],
  authRequired: false,
  allowedRecipients: null,
  ignoreRejectedRecipients: false,
  chaos: null,
  maxBadCommands: 0,
  timeoutMs: 5 * 60_000,
  maxSessionMs: 0,
  disableRdns: false,
  limits: {
    connections: 500,
    perMinute: { connections: 0, messages: 0, recipients: 0, bytes: 0 },
    perSource: {
      connections: 0,
      perMinute: { connections: 0, messages: 0, recipients: 0, bytes: 0 },
    },
  },
} as const satisfies Omit<SmtpSettings, 'hostname' | 'app'>;

/** How a listener speaks, and whom it believes. */
export type SmtpListener = LineListener & {
  /** Mail only after STARTTLS. */
  readonly requireStarttls: boolean;
  /** The peer may say whom it speaks for, and is believed. */
  readonly xclient: boolean;
};

/** Neither TLS nor trust. */
export const plainListener: SmtpListener = { ...plainLineListener, requireStarttls: false, xclient: false };

/** What became of a mail. `queued` without an id: taken and deliberately not stored. */
export type Delivery =
  | { readonly outcome: 'queued'; readonly id: string | null }
  /** The reply's text without CRLF, e.g. `452 4.3.1 Insufficient system storage`. */
  | { readonly outcome: 'refused'; readonly reply: string };

export interface SmtpHost {
  readonly settings: SmtpSettings;
  /** Takes the mail as it came, dots unstuffed, no header added yet. Resolves when the mail is safe. */
  deliver(envelope: Envelope, data: Buffer): Promise<Delivery>;
  /** Asked only where `authMechanisms` offers something. A refusal comes a second after the attempt. */
  login(user: string, proof: Proof): Promise<LoginResult>;
  /** Called for every 4xx and 5xx reply. */
  replied(reply: string, remoteAddress: string): void;
  /** Called for every recipient that `allowedRecipients` refuses, dropped ones too. */
  recipientRejected(): void;
}

export interface SmtpEngine {
  /** Serves a session on an accepted socket until it ends. Never throws, never rejects. */
  serve(socket: Socket, host: SmtpHost, listener?: SmtpListener): void;
  /**
   * Ends the sessions of a host, or those on some of its accepted sockets: idle ones get 421 at once, DATA in progress
   * may finish until `drainMs` have passed. Resolves when none of them is left.
   */
  end(host: SmtpHost, drainMs: number, isMeant?: (socket: Socket) => boolean): Promise<void>;
  connections(host: SmtpHost): number;
  /** What was said last, oldest session first; no secrets and no mail data. */
  transcript(host: SmtpHost): readonly SessionRecord[];
  /**
   * Lets go of what a host without sessions does not need. False while something is worth keeping that belongs to this
   * very object: a session, something that a client said, a count of a limit.
   */
  release(host: SmtpHost): boolean;
  /** The host is gone for good: what was kept for it is dropped. */
  forget(host: SmtpHost): void;
}
