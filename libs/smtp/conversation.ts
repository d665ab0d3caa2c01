/** One SMTP session: feeds lines to the session table, sends its replies, does what its effects ask for. */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Budget } from '../base/budget.ts';
import type { Clock } from '../base/clock.ts';
import { joinSlices } from '../base/join-slices.ts';
import { beginTls } from '../connection/begin-tls.ts';
import { Connection, type Talker } from '../connection/connection.ts';
import { CountedPeer } from '../connection/counted-peer.ts';
import type { Limiter } from '../connection/limiter.ts';
import { type LineReader, tooLong } from '../connection/line-reader.ts';
import { listenerLimit } from '../connection/listener.ts';
import type { Leavable } from '../connection/live-sessions.ts';
import { type Peer, peerAt } from '../connection/peer.ts';
import type { Envelope } from '../mail/message.ts';
import type { Proof } from '../passwords/proof.ts';
import { trimSpace } from './command-line.ts';
import * as commands from './commands.ts';
import { type DataEnd, IncomingMail, type WholeMail } from './incoming-mail.ts';
import type { KeptSession } from './kept-session.ts';
import * as outcome from './outcome.ts';
import { redactLine } from './redact.ts';
import * as dialogue from './session.ts';
import type { Delivery, SmtpHost, SmtpListener, SmtpSettings } from './smtp-host.ts';
import type { Transcripts } from './transcripts.ts';
import type { XclientAttributes } from './xclient.ts';

/** A command line with its end. */
const maxLineBytes = 2048;

const lf = 0x0a;

/** A longer mail is put together in steps: its copy takes a millisecond a megabyte and more. */
const longBytes = 1024 * 1024;

/** An EHLO name is echoed as it came, but no such thing gets into a header. */
const controls = /[\x00-\x1f\x7f]/g;

/** What the sessions of a host share. */
export type Surroundings = {
  readonly host: SmtpHost;
  readonly limiter: Limiter;
  readonly budget: Budget;
  readonly transcripts: Transcripts<SmtpHost>;
  readonly clock: Clock;
  /** At least 0, less than 1. */
  readonly random: () => number;
  readonly lookUp: (address: string) => Promise<string>;
  /** Sessions of the host on this listener. */
  readonly connectionsOn: (listener: SmtpListener) => number;
  readonly closed: (conversation: Conversation) => void;
  readonly failed: (error: unknown) => void;
};

export class Conversation implements Talker, Leavable, dialogue.Context {
  readonly socket: Socket;
  readonly listener: SmtpListener;
  readonly random: () => number;
  readonly #around: Surroundings;
  readonly #connection: Connection;
  readonly #client: CountedPeer;
  readonly #startedAtMs: number;
  #session: dialogue.Session;
  #hostName: string | Promise<string> = 'unknown';
  #kept: KeptSession | null = null;
  #incoming: IncomingMail | null = null;
  #leaving = false;

  constructor(socket: Socket, listener: SmtpListener, around: Surroundings) {
    this.socket = socket;
    this.listener = listener;
    this.#client = new CountedPeer(around.limiter);
    this.random = around.random;
    this.#around = around;
    this.#startedAtMs = around.clock();
    const implicitTls = listener.tls === 'implicit' ? () => listener.secureContext() : null;
    this.#session = { ...dialogue.newSession, tls: implicitTls !== null };
    this.#connection = new Connection(socket, this, {
      maxLineBytes,
      timeoutMs: this.settings.timeoutMs,
      proxyProtocol: listener.proxyProtocol,
      implicitTls,
    });
  }

  open(): void {
    this.#connection.open();
  }

  /** Says 421 as soon as no mail is in progress, and ends. */
  leave(): void {
    this.#leaving = true;
    if (this.#client.peer === null) this.destroy();
    else if (!this.#connection.busy && !this.#incoming) this.#shutDown();
  }

  destroy(): void {
    this.#connection.destroy();
  }

  get settings(): SmtpSettings {
    return this.#around.host.settings;
  }

  challenge(): string {
    return `<${randomBytes(12).toString('hex')}.${this.#around.clock()}@${this.settings.hostname}>`;
  }

  take(what: 'messages' | 'recipients' | 'bytes', amount = 1): string | null {
    return this.#client.take(what, amount, this.settings.limits);
  }

  opened(peer: Peer): void {
    const { transcripts, host } = this.#around;
    this.#kept = transcripts.begin(host, peer.address, this.#session.tls);
    const live = () => this.#around.connectionsOn(this.listener);
    const limit = this.#meet(peer) ?? listenerLimit(this.listener, live);
    this.#say(
      limit
        ? outcome.tooManyConnections(this.#session, this.settings, limit)
        : commands.greet(this.#session, this.settings),
    );
  }

  read(input: LineReader): boolean {
    if (this.#incoming) return this.#readData(this.#incoming, input);
    if (this.#leaving) {
      this.#shutDown();
      return false;
    }
    const line = input.next();
    if (line === null) return false;
    this.#connection.alive();
    if (line === tooLong) this.#say(commands.lineTooLong(this.#session));
    else this.#hear(line);
    return true;
  }

  inputEnded(input: LineReader): void {
    if (this.#incoming) {
      this.#say(outcome.dataCut(this.#session));
      return;
    }
    const last = input.takeHeld();
    if (last) this.#hear(last);
  }

  timedOut(): void {
    this.#say(outcome.timedOut(this.#session, this.settings));
  }

  closed(): void {
    this.#client.leave();
    this.#incoming?.release();
    if (this.#kept) this.#around.transcripts.end(this.#around.host, this.#kept);
    this.#around.closed(this);
  }

  failed(error: unknown): void {
    this.#around.failed(error);
  }

  /** Takes a peer for the one that talks, by a name that was told or looked up: the limit that it breaks, or null. */
  #meet(peer: Peer, told?: string | null): string | null {
    const { limits, disableRdns } = this.settings;
    this.#hostName = told ?? (disableRdns ? 'unknown' : (peer.name ?? this.#around.lookUp(peer.address)));
    return this.#client.meet(peer, limits);
  }

  #hear(bytes: Buffer): void {
    const line = trimSpace(bytes.toString());
    this.#note('client', redactLine(this.#session, line));
    const { maxSessionMs } = this.settings;
    const tooOld = maxSessionMs > 0 && this.#around.clock() - this.#startedAtMs > maxSessionMs;
    this.#say(
      tooOld ? outcome.timedOut(this.#session, this.settings) : commands.answer(this.#session, line, this),
    );
  }

  #say({ reply, session, effect }: dialogue.Step): void {
    this.#session = session;
    if (reply !== null) {
      this.#connection.write(`${reply}\r\n`);
      this.#note('server', reply);
      if (reply.startsWith('4') || reply.startsWith('5'))
        this.#around.host.replied(reply, this.#client.address);
    }
    this.#do(effect);
  }

  #do(effect: dialogue.Effect): void {
    switch (effect.type) {
      case 'none':
        break;
      case 'close':
        this.#connection.close();
        break;
      case 'read-data':
        this.#incoming = new IncomingMail(this.#around.budget, bytes =>
          dialogue.exceeds(bytes, this.settings),
        );
        break;
      case 'reject-recipient':
        this.#around.host.recipientRejected();
        break;
      case 'start-tls':
        this.#startTls();
        break;
      case 'log-in':
        this.#logIn(effect.user, effect.proof);
        break;
      case 'believe':
        this.#believe(effect.attributes);
        break;
    }
  }

  #startTls(): void {
    beginTls(this.#connection, this.listener, {
      ready: () => this.#say(outcome.tlsReady(this.#session)),
      unavailable: () => this.#say(outcome.tlsUnavailable(this.#session)),
      done: () => {
        if (this.#kept) this.#kept.record.tls = true;
      },
      failed: error => this.#around.failed(error),
    });
  }

  #logIn(user: string, proof: Proof): void {
    this.#connection.wait(this.#around.host.login(user, proof), result =>
      this.#say(outcome.loggedIn(this.#session, user, result)),
    );
  }

  #believe({ addr, name }: XclientAttributes): void {
    const peer = addr ? peerAt(addr) : (this.#client.peer ?? peerAt('127.0.0.1'));
    const limit = this.#meet(peer, name);
    if (this.#kept) this.#kept.record.remoteAddress = peer.address;
    if (limit) this.#say(outcome.tooManyConnections(this.#session, this.settings, limit));
  }

  #readData(incoming: IncomingMail, input: LineReader): boolean {
    const chunk = input.takeInput();
    if (chunk.length === 0) return false;
    if (chunk.includes(lf)) this.#connection.alive();
    const data = incoming.push(chunk);
    if (!data) return true;
    this.#incoming = null;
    input.push(chunk.subarray(data.end));
    this.#dataEnded(incoming, data);
    return true;
  }

  #dataEnded(incoming: IncomingMail, data: DataEnd): void {
    if (data.outcome === 'whole') {
      const limit = this.take('bytes', data.bytes);
      if (limit === null) {
        this.#accept(incoming, data);
        return;
      }
      incoming.release();
      this.#say(outcome.noRoom(this.#session, limit, true));
    } else if (data.outcome === 'too-big') {
      this.#say(outcome.dataTooBig(this.#session, this.settings, data.drained));
    } else {
      this.#say(outcome.noRoom(this.#session, '', data.drained));
    }
  }

  #accept(incoming: IncomingMail, data: WholeMail): void {
    const delivery = this.#deliver(data).finally(() => incoming.release());
    this.#connection.wait(delivery, done => this.#say(outcome.delivered(this.#session, done)));
  }

  async #deliver(data: WholeMail): Promise<Delivery> {
    const { from, recipients, helo, user } = this.#session;
    // Every recipient was dropped: nobody is to get it.
    if (recipients === null) return { outcome: 'queued', id: null };
    const envelope: Envelope = {
      from: from ?? '',
      to: dialogue.recipientList(recipients),
      helo: (helo ?? '').replace(controls, ''),
      remoteAddress: this.#client.address,
      remoteHost: typeof this.#hostName === 'string' ? this.#hostName : await this.#hostName,
      username: user ?? '',
    };
    try {
      const mail = data.bytes < longBytes ? joinAtOnce(data) : await joinSlices(data.pieces, nextTurn);
      return await this.#around.host.deliver(envelope, mail);
    } catch (error) {
      this.#around.failed(error);
      return { outcome: 'refused', reply: '451 4.3.5 Unable to process mail' };
    }
  }

  #shutDown(): void {
    this.#say(outcome.shuttingDown(this.#session, this.settings));
    this.#connection.flush();
  }

  #note(from: 'client' | 'server', text: string): void {
    if (this.#kept) this.#around.transcripts.add(this.#around.host, this.#kept, from, text);
  }
}

function joinAtOnce({ pieces, bytes }: WholeMail): Buffer {
  const [first] = pieces;
  return pieces.length === 1 && first ? first : Buffer.concat(pieces, bytes);
}
