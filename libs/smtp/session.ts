/**
 * The SMTP dialogue as a table: session × line → reply, next session, effect. No I/O, no clock; what happens between
 * the lines (TLS, mail data, logins, delivery) is asked for by an effect and reported back by one of the functions of
 * `outcome.ts`.
 */
import type { Proof } from '../passwords/proof.ts';
import {
  isMailbox,
  isPostmaster,
  parseFromArgument,
  parseSizeParameter,
  parseToArgument,
} from './address.ts';
import { type AuthDialogue, type AuthStep, beginAuth, continueAuth } from './auth.ts';
import { chaosReply } from './chaos.ts';
import { trimSpace } from './command-line.ts';
import type { Mechanism, SmtpListener, SmtpSettings } from './smtp-host.ts';
import { parseXclient, type XclientAttributes, xclientNames } from './xclient.ts';

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

/** The line before any command. */
export function greet(session: Session, { hostname, app, suspended }: SmtpSettings): Step {
  return suspended
    ? lastStep(session, `421 4.3.2 ${hostname} ${app} Service not available (suspended)`)
    : step(session, `220 ${hostname} ${app} ESMTP Service ready`);
}

/** One line of the client, without its line end and the white space around it. */
export function answer(session: Session, line: string, context: Context): Step {
  if (context.settings.suspended) return greet(session, context.settings);
  if (session.auth) return authStep({ ...session, auth: null }, continueAuth(session.auth, line));
  const [verb, argument] = split(line);
  const command = commands.get(verb.toUpperCase());
  const { gate = 'none', run = unknown } = command ?? {};
  const shut = gateReply(session, gate, context);
  return counted(shut ? step(session, shut) : run(session, argument, context), context.settings);
}

/** A line that did not fit, answer to AUTH or not. */
export function lineTooLong(session: Session): Step {
  return step({ ...session, auth: null }, '500 5.5.2 Line too long');
}

/** `tls`: only in TLS where that is required. `login`: and only after a login where that is required. */
type Gate = 'none' | 'tls' | 'login';
type Run = (session: Session, argument: string, context: Context) => Step;
type Command = { readonly gate?: Gate; readonly run: Run };

const ok: Run = session => step(session, '250 2.0.0 Ok');
const notImplemented: Run = session => step(session, '502 5.5.1 Command not implemented');
const unknown: Run = session => step(session, '500 5.5.2 Syntax error, command unrecognized');

const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['HELO', { run: helo }],
  ['EHLO', { run: ehlo }],
  ['MAIL', { gate: 'login', run: mail }],
  ['RCPT', { gate: 'login', run: rcpt }],
  ['DATA', { gate: 'login', run: data }],
  ['RSET', { gate: 'tls', run: rset }],
  ['NOOP', { run: ok }],
  ['QUIT', { run: quit }],
  ['STARTTLS', { run: starttls }],
  ['AUTH', { gate: 'tls', run: auth }],
  ['XCLIENT', { run: xclient }],
  ['HELP', { run: notImplemented }],
  ['VRFY', { run: notImplemented }],
  ['EXPN', { run: notImplemented }],
]);

function gateReply(session: Session, gate: Gate, { settings, listener }: Context): string | null {
  if (gate === 'none') return null;
  if (listener.requireStarttls && !session.tls) return '530 5.7.0 Must issue a STARTTLS command first';
  if (gate === 'login' && settings.authRequired && session.user === null)
    return '530 5.7.0 Authentication required';
  return null;
}

/** Counts syntax and sequence errors and ends the session when there were too many. */
function counted(next: Step, { hostname, app, maxBadCommands }: SmtpSettings): Step {
  if (maxBadCommands === 0 || !next.reply?.startsWith('50')) return next;
  const session = { ...next.session, badCommands: next.session.badCommands + 1 };
  if (session.badCommands < maxBadCommands) return { ...next, session };
  const limit = `(limit maxBadCommands: ${maxBadCommands})`;
  return lastStep(session, `421 4.7.0 ${hostname} ${app} Too many bad commands ${limit}`);
}

function helo(session: Session, argument: string, { settings }: Context): Step {
  return step({ ...withoutMail(session), helo: argument }, `250 ${settings.hostname} greets ${argument}`);
}

function ehlo(session: Session, argument: string, { settings, listener }: Context): Step {
  const lines = [`${settings.hostname} greets ${argument}`, `SIZE ${settings.maxMessageSizeBytes}`];
  if (listener.tls === 'starttls' && !session.tls) lines.push('STARTTLS');
  if (settings.authMechanisms.length > 0) lines.push(`AUTH ${settings.authMechanisms.join(' ')}`);
  if (listener.xclient) lines.push(`XCLIENT ${xclientNames.join(' ')}`);
  lines.push('ENHANCEDSTATUSCODES', '8BITMIME', 'SMTPUTF8');
  const last = lines.length - 1;
  const reply = lines.map((line, i) => `250${i === last ? ' ' : '-'}${line}`).join('\r\n');
  return step({ ...withoutMail(session), helo: argument }, reply);
}

function mail(session: Session, argument: string, context: Context): Step {
  if (session.helo === null)
    return step(session, '503 5.5.1 Bad sequence of commands (HELO/EHLO required before MAIL)');
  if (session.recipients !== null)
    return step(session, '503 5.5.1 Bad sequence of commands (RSET/HELO/EHLO required before MAIL)');
  // Any MAIL forgets the recipients that were dropped, a refused one leaves the sender before it in force.
  const before = session.ignored ? { ...session, ignored: false } : session;
  const refuse = (reply: string) => step(before, reply);

  const path = parseFromArgument(argument);
  if (!path) return refuse('501 5.5.4 Syntax error in parameters or arguments (invalid FROM parameter)');
  const fault = path.address === '' ? null : addressFault(path.address, isMailbox);
  if (fault) return refuse(fault);
  const chaos = chaosReply(context.settings.chaos, 'sender', () => context.random());
  if (chaos) return refuse(chaos);
  const size = parseSizeParameter(path.parameters);
  if (Number.isNaN(size))
    return refuse('501 5.5.4 Syntax error in parameters or arguments (invalid SIZE parameter)');
  if (size !== null && exceeds(size, context.settings)) return refuse(tooBig(context.settings));
  const limit = context.take('messages');
  if (limit) return refuse(`450 4.7.1 Too many messages ${limit}`);
  return step({ ...before, from: path.address }, '250 2.1.0 Ok');
}

function rcpt(session: Session, argument: string, context: Context): Step {
  const { settings } = context;
  if (session.from === null)
    return step(session, '503 5.5.1 Bad sequence of commands (MAIL required before RCPT)');
  const path = parseToArgument(argument);
  if (!path) return step(session, '501 5.5.4 Syntax error in parameters or arguments (invalid TO parameter)');
  const { address } = path;
  const fault = addressFault(address, text => isMailbox(text) || isPostmaster(text));
  if (fault) return step(session, fault);
  const chaos = chaosReply(settings.chaos, 'recipient', () => context.random());
  if (chaos) return step(session, chaos);
  const previous = session.recipients;
  const count = (previous?.count ?? 0) + 1;
  if (count > settings.maxRecipients) return step(session, '452 4.5.3 Too many recipients');
  if (settings.allowedRecipients && !settings.allowedRecipients.test(address)) {
    const effect = { type: 'reject-recipient' } as const;
    return settings.ignoreRejectedRecipients
      ? step({ ...session, ignored: true }, '250 2.1.5 Ok', effect)
      : step(session, '550 5.1.0 Requested action not taken: mailbox unavailable', effect);
  }
  const limit = context.take('recipients');
  if (limit) return step(session, `450 4.7.1 Too many recipients ${limit}`);
  return step({ ...session, recipients: { address, count, previous } }, '250 2.1.5 Ok');
}

function data(session: Session): Step {
  if (session.from === null || (session.recipients === null && !session.ignored))
    return step(session, '503 5.5.1 Bad sequence of commands (MAIL & RCPT required before DATA)');
  return step(session, '354 Start mail input; end with <CR><LF>.<CR><LF>', { type: 'read-data' });
}

function rset(session: Session): Step {
  return step(withoutMail(session), '250 2.0.0 Ok');
}

function quit(session: Session, _argument: string, { settings: { hostname, app } }: Context): Step {
  return lastStep(session, `221 2.0.0 ${hostname} ${app} ESMTP Service closing transmission channel`);
}

function starttls(session: Session, argument: string, context: Context): Step {
  if (argument !== '') return step(session, '501 5.5.2 Syntax error (no parameters allowed)');
  if (context.listener.tls === 'none') return notImplemented(session, argument, context);
  if (session.tls) return step(session, '503 5.5.1 Bad sequence of commands (TLS already in use)');
  return step(session, null, { type: 'start-tls' });
}

function auth(session: Session, argument: string, context: Context): Step {
  const { authMechanisms, chaos } = context.settings;
  if (authMechanisms.length === 0) return notImplemented(session, argument, context);
  if (session.user !== null)
    return step(session, '503 5.5.1 Bad sequence of commands (already authenticated for this session)');
  if (session.from !== null)
    return step(session, '503 5.5.1 Bad sequence of commands (AUTH not permitted during mail transaction)');
  if (argument === '') return step(session, '501 5.5.4 Malformed AUTH input (argument required)');
  const [name, initial] = split(argument);
  const mechanism = name.toUpperCase() as Mechanism;
  if (!authMechanisms.includes(mechanism)) return step(session, '504 5.5.4 Unrecognized authentication type');
  const trouble = chaosReply(chaos, 'authentication', () => context.random());
  if (trouble) return step(session, trouble);
  return authStep(
    session,
    beginAuth(mechanism, initial, () => context.challenge()),
  );
}

function authStep(session: Session, next: AuthStep): Step {
  if ('fault' in next) return step(session, next.fault);
  if ('ask' in next) return step({ ...session, auth: next.next }, `334 ${next.ask}`);
  return step(session, null, { type: 'log-in', user: next.user, proof: next.proof });
}

function xclient(session: Session, argument: string, context: Context): Step {
  if (!context.listener.xclient) return ok(session, argument, context);
  if (session.from !== null)
    return step(session, '503 5.5.1 Bad sequence of commands (mail transaction in progress)');
  const attributes = parseXclient(argument);
  if (attributes === null) return step(session, '501 5.5.4 Syntax error in parameters or arguments');
  const helo = attributes.helo ?? null;
  const user = attributes.login === undefined ? session.user : attributes.login;
  const anew: Session = { ...newSession, tls: session.tls, badCommands: session.badCommands, helo, user };
  return { ...greet(anew, context.settings), effect: { type: 'believe', attributes } };
}

function addressFault(address: string, isAddress: (address: string) => boolean): string | null {
  if (!isAddress(address)) return '553 5.1.3 The address is not a valid RFC 5321 address';
  return Buffer.byteLength(address) > 1024 ? '500 The address is too long' : null;
}

/** Whether a mail of this size is more than the settings allow. */
export function exceeds(bytes: number, { maxMessageSizeBytes }: SmtpSettings): boolean {
  return maxMessageSizeBytes > 0 && bytes > maxMessageSizeBytes;
}

export function tooBig({ maxMessageSizeBytes }: SmtpSettings): string {
  return `552 5.3.4 Requested mail action aborted: exceeded storage allocation (${maxMessageSizeBytes})`;
}

/** The session without its transaction. */
export function withoutMail(session: Session): Session {
  if (session.from === null) return session;
  return { ...session, from: null, recipients: null, ignored: false };
}

/** The word before the first space, and the rest. */
function split(line: string): [word: string, rest: string] {
  const space = line.indexOf(' ');
  return space < 0 ? [line, ''] : [line.slice(0, space), trimSpace(line.slice(space))];
}
