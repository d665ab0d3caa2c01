/** One POP3 session: feeds lines to the session table, sends its answers, does what its effects ask for. */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { beginTls } from '../connection/begin-tls.ts';
import { Connection, type Talker } from '../connection/connection.ts';
import { CountedPeer } from '../connection/counted-peer.ts';
import type { Limiter } from '../connection/limiter.ts';
import { type LineReader, tooLong } from '../connection/line-reader.ts';
import { type LineListener, listenerLimit } from '../connection/listener.ts';
import type { Leavable } from '../connection/live-sessions.ts';
import type { Peer } from '../connection/peer.ts';
import type { Proof } from '../passwords/proof.ts';
import { dotStuffed, topOf } from './message-text.ts';
import type { DropMessage, Pop3Host, Pop3Settings } from './pop3-host.ts';
import * as dialogue from './pop3-session.ts';

/** A command line with its end (RFC 2449 §4 has half of it). */
const maxLineBytes = 512;

export type Pop3Surroundings = {
  readonly host: Pop3Host;
  readonly limiter: Limiter;
  readonly clock: Clock;
  /** Sessions of the host on this listener. */
  readonly connectionsOn: (listener: LineListener) => number;
  readonly closed: (conversation: Pop3Conversation) => void;
  readonly failed: (error: unknown) => void;
};

export class Pop3Conversation implements Talker, Leavable, dialogue.Pop3Context {
  readonly socket: Socket;
  readonly listener: LineListener;
  readonly #around: Pop3Surroundings;
  readonly #connection: Connection;
  readonly #client: CountedPeer;
  #session: dialogue.Pop3Session;
  #leaving = false;

  constructor(socket: Socket, listener: LineListener, around: Pop3Surroundings) {
    this.socket = socket;
    this.listener = listener;
    this.#around = around;
    this.#client = new CountedPeer(around.limiter);
    const { hostname, timeoutMs } = this.settings;
    const timestamp = `<${randomBytes(12).toString('hex')}.${around.clock()}@${hostname}>`;
    this.#session = dialogue.newPop3Session(timestamp, listener.tls === 'implicit');
    this.#connection = new Connection(socket, this, {
      maxLineBytes,
      timeoutMs,
      proxyProtocol: listener.proxyProtocol,
      implicitTls: listener.tls === 'implicit' ? () => listener.secureContext() : null,
    });
  }

  open(): void {
    this.#connection.open();
  }

  leave(): void {
    this.#leaving = true;
    if (this.#client.peer === null) this.destroy();
    else if (!this.#connection.busy) this.#shutDown();
  }

  destroy(): void {
    this.#connection.destroy();
  }

  get settings(): Pop3Settings {
    return this.#around.host.settings;
  }

  opened(peer: Peer): void {
    const limit =
      this.#client.meet(peer, this.settings.limits) ??
      listenerLimit(this.listener, () => this.#around.connectionsOn(this.listener));
    this.#say(
      limit
        ? dialogue.pop3Refusal(this.#session, `[SYS/TEMP] too many connections ${limit}`)
        : dialogue.pop3Greeting(this.#session, this.settings),
    );
  }

  read(input: LineReader): boolean {
    if (this.#leaving) {
      this.#shutDown();
      return false;
    }
    const line = input.next();
    if (line === null) return false;
    this.#connection.alive();
    if (line === tooLong) {
      this.#say(dialogue.pop3LineTooLong(this.#session));
    } else {
      const text = line.toString().replace(/^ +|\r$/g, '');
      this.#say(dialogue.pop3Answer(this.#session, text, this));
    }
    return true;
  }

  /** A connection that is lost deletes nothing, and a line without an end is none. */
  inputEnded(): void {}

  timedOut(): void {
    this.#connection.close();
  }

  closed(): void {
    this.#client.leave();
    this.#around.closed(this);
  }

  failed(error: unknown): void {
    this.#around.failed(error);
  }

  #say({ answer, session, effect }: dialogue.Pop3Step): void {
    this.#session = session;
    if (answer !== null) {
      this.#connection.write(`${answer}\r\n`);
      if (answer.startsWith('-ERR '))
        this.#around.host.refused(answer.slice('-ERR '.length), this.#client.address);
    }
    switch (effect.type) {
      case 'none':
        break;
      case 'close':
        this.#connection.close();
        break;
      case 'start-tls':
        this.#startTls();
        break;
      case 'log-in':
        this.#connection.wait(this.#signIn(effect.user, effect.proof), next => this.#say(next));
        break;
      case 'send':
        this.#send(effect.message, effect.bodyLines);
        break;
      case 'remove':
        this.#connection.wait(this.#around.host.remove(effect.ids), () =>
          this.#say(dialogue.removed(this.#session)),
        );
        break;
    }
  }

  async #signIn(user: string, proof: Proof): Promise<dialogue.Pop3Step> {
    const result = await this.#around.host.login(user, proof);
    const drop = result === 'accepted' ? await this.#around.host.maildrop() : null;
    return dialogue.signedIn(this.#session, result, drop);
  }

  #send({ id }: DropMessage, bodyLines: number | null): void {
    this.#connection.wait(this.#around.host.raw(id), raw => {
      if (!raw) {
        this.#say(dialogue.mailIsGone(this.#session));
        return;
      }
      this.#say(dialogue.mailFollows(this.#session, raw.length, bodyLines !== null));
      for (const piece of dotStuffed(bodyLines === null ? raw : topOf(raw, bodyLines)))
        this.#connection.writeBytes(piece);
    });
  }

  #startTls(): void {
    beginTls(this.#connection, this.listener, {
      ready: () => this.#say(dialogue.pop3TlsReady(this.#session)),
      unavailable: () => this.#say(dialogue.pop3TlsUnavailable(this.#session)),
      failed: error => this.#around.failed(error),
    });
  }

  #shutDown(): void {
    this.#say(dialogue.pop3Refusal(this.#session, '[SYS/TEMP] shutting down'));
    this.#connection.flush();
  }
}
