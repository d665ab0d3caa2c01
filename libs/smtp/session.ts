/**
 * The SMTP dialogue as a table: session × line → reply, next session, effect. No I/O, no clock; what happens between
 * the lines (TLS, mail data, delivery) is asked for by an effect and reported back by one of the functions below.
 */
import {
  isMailbox,
  isPostmaster,
  parseFromArgument,
  parseSizeParameter,
  parseToArgument,
} from './address.ts';
import type { Delivery, SmtpSettings } from './smtp-host.ts';

/** Where a dialogue stands. */
export type Session = {
  /** EHLO or HELO argument; null until one came. */
  readonly helo: string | null;
  /** MAIL FROM of the open transaction; null when there is none, empty for the null sender. */
  readonly from: string | null;
  readonly recipients: Recipient | null;
};

/** RCPTs newest first, so that one more costs the same for the first and the thousandth. */
export type Recipient = {
  readonly address: string;
  readonly count: number;
  readonly previous: Recipient | null;
};

/** What the driver must do after the reply has been sent. */
export type Effect = 'none' | 'close' | 'read-data';

export type Step = {
  /** Without the last CRLF. */
  readonly reply: string;
  readonly session: Session;
  readonly effect: Effect;
};

export const newSession: Session = { helo: null, from: null, recipients: null };

/** RCPTs in the order in which they came. */
export function recipientList(last: Recipient | null): string[] {
  const list = new Array<string>(last?.count ?? 0);
  for (let at = last; at !== null; at = at.previous) list[at.count - 1] = at.address;
  return list;
}

/** The line before any command. */
export function greet(settings: SmtpSettings): Step {
  return settings.suspended
    ? step(newSession, suspended(settings), 'close')
    : step(newSession, `220 ${settings.hostname} ${settings.app} ESMTP Service ready`);
}

/** One command line, without its line end and surrounding white space. */
export function command(session: Session, line: string, settings: SmtpSettings): Step {
  if (settings.suspended) return step(session, suspended(settings), 'close');
  const space = line.indexOf(' ');
  const verb = (space < 0 ? line : line.slice(0, space)).toUpperCase();
  const run = commands.get(verb);
  if (!run) return step(session, '500 5.5.2 Syntax error, command unrecognized');
  return run(session, space < 0 ? '' : trimSpace(line.slice(space)), settings);
}

/** A line that did not fit. */
export function lineTooLong(session: Session): Step {
  return step(session, '500 5.5.2 Line too long');
}

/** The data came whole and was given to the host. After a refusal the envelope stays, as the reference has it. */
export function delivered(session: Session, delivery: Delivery): Step {
  if (delivery.outcome === 'refused') return step(session, delivery.reply);
  const queued = delivery.id === null ? 'queued' : `queued as ${delivery.id}`;
  return step(withoutMail(session), `250 2.0.0 Ok: ${queued}`);
}

/** The data was larger than allowed; `drained` when its end was seen, so that commands may follow. */
export function dataTooBig(session: Session, settings: SmtpSettings, drained: boolean): Step {
  return step(session, tooBig(settings), drained ? 'none' : 'close');
}

/** The peer ended its side in the middle of the data. */
export function dataCut(session: Session): Step {
  return step(session, '451 4.3.0 Requested action aborted: local error in processing', 'close');
}

/** Nothing came for too long. */
export function timedOut(session: Session, { hostname, app }: SmtpSettings): Step {
  const text = 'ESMTP Service closing transmission channel after timeout exceeded';
  return step(session, `421 4.4.2 ${hostname} ${app} ${text}`, 'close');
}

/** The tenant is leaving this process. */
export function shuttingDown(session: Session, { hostname, app }: SmtpSettings): Step {
  return step(session, `421 4.3.2 ${hostname} ${app} ESMTP Service shutting down`, 'close');
}

type Command = (session: Session, argument: string, settings: SmtpSettings) => Step;

const ok: Command = session => step(session, '250 2.0.0 Ok');
const notImplemented: Command = session => step(session, '502 5.5.1 Command not implemented');

const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['HELO', helo],
  ['EHLO', ehlo],
  ['MAIL', mail],
  ['RCPT', rcpt],
  ['DATA', data],
  ['RSET', rset],
  ['NOOP', ok],
  ['QUIT', quit],
  ['STARTTLS', notImplemented],
  ['AUTH', notImplemented],
  ['XCLIENT', ok],
  ['HELP', notImplemented],
  ['VRFY', notImplemented],
  ['EXPN', notImplemented],
]);

function helo(session: Session, argument: string, { hostname }: SmtpSettings): Step {
  return step({ ...withoutMail(session), helo: argument }, `250 ${hostname} greets ${argument}`);
}

function ehlo(session: Session, argument: string, settings: SmtpSettings): Step {
  const lines = [
    `${settings.hostname} greets ${argument}`,
    `SIZE ${settings.maxMessageSizeBytes}`,
    'ENHANCEDSTATUSCODES',
    '8BITMIME',
    'SMTPUTF8',
  ];
  const last = lines.length - 1;
  const reply = lines.map((line, i) => `250${i === last ? ' ' : '-'}${line}`).join('\r\n');
  return step({ ...withoutMail(session), helo: argument }, reply);
}

function mail(session: Session, argument: string, settings: SmtpSettings): Step {
  if (session.helo === null)
    return step(session, '503 5.5.1 Bad sequence of commands (HELO/EHLO required before MAIL)');
  if (session.recipients !== null)
    return step(session, '503 5.5.1 Bad sequence of commands (RSET/HELO/EHLO required before MAIL)');
  const path = parseFromArgument(argument);
  if (!path)
    return step(session, '501 5.5.4 Syntax error in parameters or arguments (invalid FROM parameter)');
  const fault = path.address === '' ? null : addressFault(path.address, isMailbox);
  if (fault) return step(session, fault);
  const size = parseSizeParameter(path.parameters);
  if (Number.isNaN(size))
    return step(session, '501 5.5.4 Syntax error in parameters or arguments (invalid SIZE parameter)');
  if (size !== null && exceeds(size, settings)) return step(session, tooBig(settings));
  return step({ ...session, from: path.address }, '250 2.1.0 Ok');
}

function rcpt(session: Session, argument: string, settings: SmtpSettings): Step {
  if (session.from === null)
    return step(session, '503 5.5.1 Bad sequence of commands (MAIL required before RCPT)');
  const path = parseToArgument(argument);
  if (!path) return step(session, '501 5.5.4 Syntax error in parameters or arguments (invalid TO parameter)');
  const fault = addressFault(path.address, address => isMailbox(address) || isPostmaster(address));
  if (fault) return step(session, fault);
  const previous = session.recipients;
  const count = (previous?.count ?? 0) + 1;
  if (count > settings.maxRecipients) return step(session, '452 4.5.3 Too many recipients');
  return step({ ...session, recipients: { address: path.address, count, previous } }, '250 2.1.5 Ok');
}

function data(session: Session): Step {
  if (session.from === null || session.recipients === null)
    return step(session, '503 5.5.1 Bad sequence of commands (MAIL & RCPT required before DATA)');
  return step(session, '354 Start mail input; end with <CR><LF>.<CR><LF>', 'read-data');
}

function rset(session: Session): Step {
  return step(withoutMail(session), '250 2.0.0 Ok');
}

function quit(session: Session, _argument: string, { hostname, app }: SmtpSettings): Step {
  return step(session, `221 2.0.0 ${hostname} ${app} ESMTP Service closing transmission channel`, 'close');
}

function addressFault(address: string, isAddress: (address: string) => boolean): string | null {
  if (!isAddress(address)) return '553 5.1.3 The address is not a valid RFC 5321 address';
  return Buffer.byteLength(address) > 1024 ? '500 The address is too long' : null;
}

/** Whether a mail of this size is more than the settings allow. */
export function exceeds(bytes: number, { maxMessageSizeBytes }: SmtpSettings): boolean {
  return maxMessageSizeBytes > 0 && bytes > maxMessageSizeBytes;
}

function tooBig({ maxMessageSizeBytes }: SmtpSettings): string {
  return `552 5.3.4 Requested mail action aborted: exceeded storage allocation (${maxMessageSizeBytes})`;
}

function suspended({ hostname, app }: SmtpSettings): string {
  return `421 4.3.2 ${hostname} ${app} Service not available (suspended)`;
}

function withoutMail(session: Session): Session {
  return session.from === null ? session : { ...session, from: null, recipients: null };
}

function step(session: Session, reply: string, effect: Effect = 'none'): Step {
  return { session, reply, effect };
}

// Space as Unicode has it: unlike String.trim, NEL counts and the byte order mark does not.
const isSpace = /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** The text without white space around it. */
export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace.test(text[start] ?? '')) start++;
  while (end > start && isSpace.test(text[end - 1] ?? '')) end--;
  return text.slice(start, end);
}
