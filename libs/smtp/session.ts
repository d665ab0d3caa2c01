/** Where an SMTP dialogue stands, and what one step of it is. Pure; `commands.ts` has the steps. */
import type { Proof } from '../passwords/proof.ts';
import type { AuthDialogue } from './auth.ts';
import type { SmtpListener, SmtpSettings } from './smtp-host.ts';
import type { XclientAttributes } from './xclient.ts';

/** Where a dialogue stands. */
export type Session = {
  readonly tls: boolean;
  /** EHLO or HELO argument; null until one came. */
  readonly helo: string | null;
  /** Who logged in; null: nobody. */
  readonly user: string | null;
  /** The next line answers AUTH instead of being a command. */
  readonly auth: AuthDialogue | null;
  /** MAIL FROM of the open transaction; null when there is none, empty for the null sender. */
  readonly from: string | null;
  readonly recipients: Recipient | null;
  /** Recipients were answered 250 and dropped. */
  readonly ignored: boolean;
  /** Syntax and sequence errors so far. */
  readonly badCommands: number;
};

/** RCPTs newest first, so that one more costs the same for the first and the thousandth. */
export type Recipient = {
  readonly address: string;
  readonly count: number;
  readonly previous: Recipient | null;
};

/** What the driver must do after the reply has been sent. */
export type Effect =
  | { readonly type: 'none' | 'close' | 'read-data' | 'start-tls' | 'reject-recipient' }
  | { readonly type: 'log-in'; readonly user: string; readonly proof: Proof }
  | { readonly type: 'believe'; readonly attributes: XclientAttributes };

export type Step = {
  /** Without the last CRLF; null when the reply depends on the effect. */
  readonly reply: string | null;
  readonly session: Session;
  readonly effect: Effect;
};

/** What a command may look at besides the session. */
export type Context = {
  readonly settings: SmtpSettings;
  readonly listener: SmtpListener;
  /** At least 0, less than 1. */
  random(): number;
  /** A CRAM-MD5 challenge that was never used before. */
  challenge(): string;
  /** Takes one from what a minute allows: the limit that is used up, or null. */
  take(what: 'messages' | 'recipients'): string | null;
};

export const newSession: Session = {
  tls: false,
  helo: null,
  user: null,
  auth: null,
  from: null,
  recipients: null,
  ignored: false,
  badCommands: 0,
};

const noEffect: Effect = { type: 'none' };
const closing: Effect = { type: 'close' };

export function step(session: Session, reply: string | null, effect: Effect = noEffect): Step {
  return { session, reply, effect };
}

export function lastStep(session: Session, reply: string): Step {
  return { session, reply, effect: closing };
}

/** RCPTs in the order in which they came. */
export function recipientList(last: Recipient | null): string[] {
  const list = new Array<string>(last?.count ?? 0);
  for (let at = last; at !== null; at = at.previous) list[at.count - 1] = at.address;
  return list;
}

/** The session without its transaction. */
export function withoutMail(session: Session): Session {
  if (session.from === null) return session;
  return { ...session, from: null, recipients: null, ignored: false };
}

/** Whether a mail of this size is more than the settings allow. */
export function exceeds(bytes: number, { maxMessageSizeBytes }: SmtpSettings): boolean {
  return maxMessageSizeBytes > 0 && bytes > maxMessageSizeBytes;
}

export function tooBig({ maxMessageSizeBytes }: SmtpSettings): string {
  return `552 5.3.4 Requested mail action aborted: exceeded storage allocation (${maxMessageSizeBytes})`;
}

/** A command with its argument. */
export type Run = (session: Session, argument: string, context: Context) => Step;
