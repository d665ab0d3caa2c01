/**
 * The POP3 dialogue as a table (RFC 1939, 2449): session × line → answer, next session, effect. No I/O; logins, mails
 * and TLS are asked for by an effect and reported back by one of the functions at the end.
 */
import type { LineListener } from '../connection/listener.ts';
import type { LoginResult, Proof } from '../passwords/proof.ts';
import type { DropMessage, Pop3Settings } from './pop3-host.ts';

export type Pop3Session = {
  readonly tls: boolean;
  /** The time stamp of the greeting, for APOP. */
  readonly timestamp: string;
  /** From USER; null before. */
  readonly user: string | null;
  /** What was there when the client logged in, number 1 first; null before. */
  readonly drop: readonly DropMessage[] | null;
  /** Numbers marked for deletion. */
  readonly marked: ReadonlySet<number>;
};

export type Pop3Effect =
  | { readonly type: 'none' | 'close' | 'start-tls' }
  | { readonly type: 'log-in'; readonly user: string; readonly proof: Proof }
  /** `bodyLines` null: the whole mail. */
  | { readonly type: 'send'; readonly message: DropMessage; readonly bodyLines: number | null }
  | { readonly type: 'remove'; readonly ids: readonly string[] };

export type Pop3Step = {
  /** Without the last CRLF; null when it depends on the effect. */
  readonly answer: string | null;
  readonly session: Pop3Session;
  readonly effect: Pop3Effect;
};

export type Pop3Context = { readonly settings: Pop3Settings; readonly listener: LineListener };

export function newPop3Session(timestamp: string, tls: boolean): Pop3Session {
  return { tls, timestamp, user: null, drop: null, marked: new Set() };
}

export function pop3Greeting(session: Pop3Session, { app, suspended, apop }: Pop3Settings): Pop3Step {
  if (suspended) return step(session, '-ERR [SYS/TEMP] suspended', { type: 'close' });
  return step(session, `+OK ${app} POP3 server${apop ? ` ${session.timestamp}` : ''}`);
}

/** One line of the client, without its line end and the spaces before it. */
export function pop3Answer(session: Pop3Session, line: string, context: Pop3Context): Pop3Step {
  if (context.settings.suspended) return pop3Greeting(session, context.settings);
  const [verb = '', ...words] = line.split(' ');
  const command = commands.get(verb.toUpperCase());
  if (!command) return step(session, '-ERR unknown command');
  if (command.needsLogin && !session.drop) return step(session, '-ERR user not authenticated');
  return command.run(session, words, context);
}

type Run = (session: Pop3Session, words: readonly string[], context: Pop3Context) => Pop3Step;
type Command = { readonly needsLogin: boolean; readonly run: Run };

const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['CAPA', { needsLogin: false, run: capa }],
  ['USER', { needsLogin: false, run: user }],
  ['PASS', { needsLogin: false, run: pass }],
  ['APOP', { needsLogin: false, run: apop }],
  ['STLS', { needsLogin: false, run: stls }],
  ['QUIT', { needsLogin: false, run: quit }],
  ['STAT', { needsLogin: true, run: stat }],
  ['LIST', { needsLogin: true, run: list }],
  ['UIDL', { needsLogin: true, run: uidl }],
  ['RETR', { needsLogin: true, run: retr }],
  ['TOP', { needsLogin: true, run: top }],
  ['DELE', { needsLogin: true, run: dele }],
  ['NOOP', { needsLogin: true, run: session => step(session, '+OK') }],
  ['RSET', { needsLogin: true, run: session => step({ ...session, marked: new Set() }, '+OK') }],
]);

const noSuchMessage = '-ERR no such message';

function capa(session: Pop3Session, _words: readonly string[], { listener }: Pop3Context): Pop3Step {
  const names = ['TOP', 'USER', 'UIDL', 'IMPLEMENTATION mpctl'];
  if (listener.tls === 'starttls' && !session.tls) names.push('STLS');
  return step(session, ['+OK capability list follows', ...names, '.'].join('\r\n'));
}

function user(session: Pop3Session, words: readonly string[]): Pop3Step {
  if (session.drop) return step(session, '-ERR user already specified');
  const [name] = words;
  if (name === undefined || words.length > 1)
    return step(session, '-ERR must supply a user', { type: 'close' });
  return step({ ...session, user: name }, '+OK');
}

function pass(session: Pop3Session, words: readonly string[]): Pop3Step {
  if (session.drop) return step(session, '-ERR user not specified');
  if (session.user === null) return step(session, '-ERR must supply a user', { type: 'close' });
  const [password] = words;
  if (password === undefined || words.length > 1)
    return step(session, '-ERR must supply a password', { type: 'close' });
  const proof = { type: 'password', password } as const;
  return step(session, null, { type: 'log-in', user: session.user, proof });
}

function apop(session: Pop3Session, words: readonly string[], { settings }: Pop3Context): Pop3Step {
  if (!settings.apop || session.drop) return step(session, '-ERR unknown command');
  const [name, digest] = words;
  if (name === undefined || digest === undefined || words.length > 2)
    return step(session, '-ERR APOP requires two arguments');
  const proof = { type: 'apop', timestamp: session.timestamp, digest } as const;
  return step({ ...session, user: name }, null, { type: 'log-in', user: name, proof });
}

/** RFC 2595 §4: only before a login, and once. */
function stls(session: Pop3Session, _words: readonly string[], { listener }: Pop3Context): Pop3Step {
  if (listener.tls !== 'starttls' || session.tls || session.drop)
    return step(session, '-ERR unknown command');
  return step(session, null, { type: 'start-tls' });
}

function quit(session: Pop3Session): Pop3Step {
  const ids = [...session.marked].flatMap(number => session.drop?.[number - 1]?.id ?? []);
  if (ids.length === 0) return step(session, '+OK goodbye', { type: 'close' });
  return step(session, null, { type: 'remove', ids });
}

/** Marked mails count until the client leaves, as in the reference. */
function stat(session: Pop3Session): Pop3Step {
  const drop = session.drop ?? [];
  return step(session, `+OK ${drop.length} ${sizeOf(drop)}`);
}

function list(session: Pop3Session, [number]: readonly string[]): Pop3Step {
  const drop = session.drop ?? [];
  if (number !== undefined) {
    const message = messageAt(session, number);
    return step(session, message ? `+OK ${Number(number)} ${message.sizeBytes}` : noSuchMessage);
  }
  const lines = drop.map(({ sizeBytes }, i) => `${i + 1} ${sizeBytes}`);
  const first = `+OK ${drop.length} messages (${sizeOf(drop)} octets)`;
  return step(session, [first, ...lines, '.'].join('\r\n'));
}

function uidl(session: Pop3Session, words: readonly string[]): Pop3Step {
  if (words.length > 1) return step(session, '-ERR UIDL takes at most one argument');
  const [number] = words;
  if (number !== undefined) {
    const message = messageAt(session, number);
    return step(session, message ? `+OK ${Number(number)} ${message.id}` : noSuchMessage);
  }
  const lines = (session.drop ?? []).map(({ id }, i) => `${i + 1} ${id}`);
  return step(session, ['+OK unique-id listing follows', ...lines, '.'].join('\r\n'));
}

function retr(session: Pop3Session, words: readonly string[]): Pop3Step {
  const message = words.length === 1 ? messageAt(session, words[0]) : null;
  if (!message) return step(session, noSuchMessage);
  return step(session, null, { type: 'send', message, bodyLines: null });
}

function top(session: Pop3Session, [number, count]: readonly string[]): Pop3Step {
  const message = messageAt(session, number);
  if (!message) return step(session, noSuchMessage);
  if (!/^[+-]?\d{1,9}$/.test(count ?? '')) return step(session, '-ERR TOP requires two arguments');
  return step(session, null, { type: 'send', message, bodyLines: Math.max(0, Number(count)) });
}

function dele(session: Pop3Session, [text]: readonly string[]): Pop3Step {
  if (!messageAt(session, text)) return step(session, noSuchMessage);
  const number = Number(text);
  if (session.marked.has(number)) return step(session, `-ERR message ${number} already deleted`);
  const marked = new Set(session.marked).add(number);
  return step({ ...session, marked }, '+OK message marked for deletion');
}

/** The mail's header or whole text follows. */
export function mailFollows(session: Pop3Session, size: number, isTop: boolean): Pop3Step {
  return step(session, isTop ? '+OK top of message follows' : `+OK ${size} octets`);
}

/** It was removed by somebody else meanwhile. */
export function mailIsGone(session: Pop3Session): Pop3Step {
  return step(session, noSuchMessage);
}

export function removed(session: Pop3Session): Pop3Step {
  return step(session, '+OK goodbye', { type: 'close' });
}

/** `drop` null: nobody is let in. */
export function signedIn(
  session: Pop3Session,
  result: LoginResult,
  drop: readonly DropMessage[] | null,
): Pop3Step {
  if (result === 'unavailable') return step(session, '-ERR [SYS/TEMP] try again later');
  return drop ? step({ ...session, drop }, '+OK signed in') : step(session, '-ERR invalid password');
}

/** A handshake follows; what was said in clear is forgotten. */
export function pop3TlsReady(session: Pop3Session): Pop3Step {
  return step(newPop3Session(session.timestamp, true), '+OK begin TLS negotiation');
}

export function pop3TlsUnavailable(session: Pop3Session): Pop3Step {
  return step(session, '-ERR [SYS/TEMP] no certificate');
}

/** Says why and closes. */
export function pop3Refusal(session: Pop3Session, reason: string): Pop3Step {
  return step(session, `-ERR ${reason}`, { type: 'close' });
}

/** A line that did not fit. */
export function pop3LineTooLong(session: Pop3Session): Pop3Step {
  return step(session, '-ERR line too long');
}

function messageAt(session: Pop3Session, number: string | undefined): DropMessage | null {
  if (number === undefined || !/^\+?\d{1,9}$/.test(number)) return null;
  return session.drop?.[Number(number) - 1] ?? null;
}

function sizeOf(drop: readonly DropMessage[]): number {
  return drop.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function step(session: Pop3Session, answer: string | null, effect: Pop3Effect = { type: 'none' }): Pop3Step {
  return { session, answer, effect };
}
