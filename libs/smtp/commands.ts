/**
 * The SMTP dialogue as a table: session × line → reply, next session, effect. No I/O, no clock; what happens between
 * the lines (TLS, mail data, logins, delivery) is asked for by an effect and reported back by one of the functions of
 * `outcome.ts`.
 */
import { type AuthStep, beginAuth, continueAuth } from './auth.ts';
import { chaosReply } from './chaos.ts';
import { splitWord } from './command-line.ts';
import {
  type Context,
  lastStep,
  newSession,
  type Run,
  type Session,
  type Step,
  step,
  withoutMail,
} from './session.ts';
import type { Mechanism, SmtpSettings } from './smtp-host.ts';
import { data, mail, rcpt, rset } from './transaction.ts';
import { parseXclient, xclientNames } from './xclient.ts';

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
  const [verb, argument] = splitWord(line);
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
  const [name, initial] = splitWord(argument);
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
