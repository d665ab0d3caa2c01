/** One SMTP session on one socket: feeds bytes to the session table, sends its replies, does what its effects ask for. */
import type { Socket } from 'node:net';
import { LineReader, tooLong } from '../connection/line-reader.ts';
import { DataReader } from './data-reader.ts';
import * as dialogue from './session.ts';
import type { Delivery, SmtpHost } from './smtp-host.ts';

/** A command line with its end. */
const maxLineBytes = 2048;

/** How much of a mail that is too large is read to find its end; after that the connection is closed. */
const maxDrainBytes = 64 * 1024 * 1024;

/** How long a peer may take to close its side after we have closed ours. */
const closeMs = 5000;

const lf = 0x0a;

export type ConversationOptions = {
  /** For each command, data and reply line. */
  readonly timeoutMs: number;
  readonly remoteAddress: string;
  readonly remoteHost: string;
  /** Called once, when the socket is gone. */
  readonly closed: () => void;
  /** A bug: nothing that a peer or a host does throws here. */
  readonly failed: (error: unknown) => void;
};

export class Conversation {
  readonly #socket: Socket;
  readonly #host: SmtpHost;
  readonly #options: ConversationOptions;
  #timer: NodeJS.Timeout;
  readonly #lines = new LineReader(maxLineBytes);
  #session = dialogue.newSession;
  #data: DataReader | null = null;
  #drained = 0;
  /** Replies that wait for the end of this turn: pipelined commands are answered by one write. */
  #replies = '';
  /** The host is at work; input waits. */
  #busy = false;
  #ended = false;
  #leaving = false;
  #closed = false;

  constructor(socket: Socket, host: SmtpHost, options: ConversationOptions) {
    this.#socket = socket;
    this.#host = host;
    this.#options = options;
    this.#timer = setTimeout(() => this.#timedOut(), options.timeoutMs);
    socket.allowHalfOpen = true;
    socket.setNoDelay(true);
    socket.on('data', chunk => this.#received(chunk));
    socket.on('end', () => this.#peerEnded());
    socket.on('drain', () => this.#run());
    // The close that follows says all that matters.
    socket.on('error', () => {});
    socket.on('close', () => this.#gone());
    this.#take(dialogue.greet(host.settings));
    this.#flush();
  }

  /** Says 421 as soon as no mail is in progress, and ends. */
  leave(): void {
    this.#leaving = true;
    if (!this.#busy && !this.#data) this.#shutDown();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #received(chunk: Buffer): void {
    if (this.#closed) return;
    this.#lines.push(chunk);
    if (this.#busy || this.#socket.writableNeedDrain) this.#socket.pause();
    else this.#run();
  }

  /** Works off what has come, until input is missing, the host is at work, or the peer does not read its replies. */
  #run(): void {
    try {
      while (!this.#busy && !this.#closed && !this.#socket.writableNeedDrain) {
        if (!(this.#data ? this.#readData(this.#data) : this.#readLine())) break;
      }
      if (this.#ended && !this.#busy && !this.#closed) this.#inputEnded();
      this.#flush();
      if (!this.#busy && !this.#socket.writableNeedDrain && this.#socket.isPaused()) this.#socket.resume();
    } catch (error) {
      this.#options.failed(error);
      this.#socket.destroy();
    }
  }

  #readLine(): boolean {
    const line = this.#lines.next();
    if (line === null) return false;
    this.#timer.refresh();
    if (line === tooLong) this.#take(dialogue.lineTooLong(this.#session));
    else this.#command(line);
    return true;
  }

  #command(line: Buffer): void {
    const text = dialogue.trimSpace(line.toString());
    this.#take(dialogue.command(this.#session, text, this.#host.settings));
  }

  #readData(data: DataReader): boolean {
    const chunk = this.#lines.takeInput();
    if (chunk.length === 0) return false;
    if (chunk.includes(lf)) this.#timer.refresh();
    const end = data.push(chunk);
    const tooBig = dialogue.exceeds(data.bytes, this.#host.settings);
    if (tooBig) {
      data.drop();
      this.#drained += chunk.length;
    }
    if (end < 0 && this.#drained < maxDrainBytes) return true;
    this.#data = null;
    if (end >= 0) this.#lines.push(chunk.subarray(end));
    if (tooBig) this.#take(dialogue.dataTooBig(this.#session, this.#host.settings, end >= 0));
    else this.#deliver(data.take());
    return true;
  }

  #deliver(mail: Buffer): void {
    const { remoteAddress, remoteHost } = this.#options;
    const { from, recipients, helo } = this.#session;
    const envelope = {
      from: from ?? '',
      to: dialogue.recipientList(recipients),
      helo: helo ?? '',
      remoteAddress,
      remoteHost,
      username: '',
    };
    this.#busy = true;
    this.#host.deliver(envelope, mail).then(
      delivery => this.#delivered(delivery),
      error => {
        this.#options.failed(error);
        this.#delivered({ outcome: 'refused', reply: '451 4.3.5 Unable to process mail' });
      },
    );
  }

  #delivered(delivery: Delivery): void {
    this.#busy = false;
    if (this.#closed) return;
    this.#timer.refresh();
    this.#take(dialogue.delivered(this.#session, delivery));
    if (this.#leaving) this.#shutDown();
    else this.#run();
  }

  #take({ reply, session, effect }: dialogue.Step): void {
    this.#session = session;
    this.#replies += `${reply}\r\n`;
    if (reply.startsWith('4') || reply.startsWith('5'))
      this.#host.replied(reply, this.#options.remoteAddress);
    if (effect === 'read-data') {
      this.#data = new DataReader();
      this.#drained = 0;
    } else if (effect === 'close') {
      this.#close();
    }
  }

  #flush(): void {
    if (this.#replies === '') return;
    this.#socket.write(this.#replies);
    this.#replies = '';
  }

  #shutDown(): void {
    this.#take(dialogue.shuttingDown(this.#session, this.#host.settings));
  }

  #timedOut(): void {
    if (this.#busy) this.#timer.refresh();
    // A peer that does not read cannot be told.
    else if (this.#socket.writableNeedDrain) this.#socket.destroy();
    else this.#take(dialogue.timedOut(this.#session, this.#host.settings));
  }

  /** The peer sends no more; what it has sent is still answered. */
  #peerEnded(): void {
    this.#ended = true;
    this.#run();
  }

  #inputEnded(): void {
    if (this.#data) {
      this.#take(dialogue.dataCut(this.#session));
      return;
    }
    const last = this.#lines.takeHeld();
    if (last) this.#command(last);
    if (!this.#closed && !this.#busy) this.#close();
  }

  /** Sends what is left and closes; what still comes is not read. */
  #close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#socket.destroy(), closeMs);
    this.#flush();
    this.#socket.end();
    this.#socket.resume();
  }

  #gone(): void {
    clearTimeout(this.#timer);
    this.#closed = true;
    this.#options.closed();
  }
}
