/**
 * An accepted socket as a line protocol sees it: first what must come before any word (a PROXY header, TLS), then input
 * in lines, replies gathered so that pipelined commands are answered by one write, and one time limit.
 */
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { LineReader } from './line-reader.ts';
import { type Peer, peerAt, peerOf } from './peer.ts';
import { parseProxyHeader } from './proxy-header.ts';

/** The protocol on a connection. What throws here is a bug: it ends this connection and is reported as `failed`. */
export interface Talker {
  /** The first call: the peer is known, and TLS has begun where it comes before any word. */
  opened(peer: Peer): void;
  /** Takes what it can from the input; false when it needs more. Not called while busy or while replies pile up. */
  read(input: LineReader): boolean;
  /** The peer sends no more, and what it sent has been read. */
  inputEnded(input: LineReader): void;
  /** Nothing came for too long. */
  timedOut(): void;
  /** The socket is gone; the last call. */
  closed(): void;
  failed(error: unknown): void;
}

export type ConnectionOptions = {
  /** Of a line with its end. */
  readonly maxLineBytes: number;
  /** For each line, in and out. */
  readonly timeoutMs: number;
  /** A PROXY header must come first and names the peer. */
  readonly proxyProtocol: boolean;
  /** Asks for the certificate when TLS comes before any word; null: it does not. */
  readonly implicitTls: (() => Promise<SecureContext>) | null;
};

/** How long a peer may take for a PROXY header, for a TLS handshake, and to close its side after we have closed ours. */
const proxyMs = 5000;
const handshakeMs = 30_000;
const closeMs = 5000;

/** So many lines are answered in one go; then others have their turn. A peer may send thousands at once. */
const maxReads = 64;

const nothing = Buffer.alloc(0);

export class Connection {
  readonly #talker: Talker;
  readonly #options: ConnectionOptions;
  readonly #input: LineReader;
  #socket: Socket;
  #timer: NodeJS.Timeout;
  /** What has come of a PROXY header; null when none is expected (any more). */
  #proxyHeader: Buffer | null = null;
  #opened = false;
  #inHandshake = false;
  #replies = '';
  #busy = false;
  /** There is more to read, behind the others. */
  #isQueued = false;
  #peerEnded = false;
  #closing = false;

  constructor(socket: Socket, talker: Talker, options: ConnectionOptions) {
    this.#talker = talker;
    this.#options = options;
    this.#input = new LineReader(options.maxLineBytes);
    this.#socket = socket;
    this.#timer = setTimeout(this.#onTimeout, options.timeoutMs);
    socket.setNoDelay(true);
    this.#attach(socket);
  }

  /** Begins. Not done by the constructor, so that the talker has its connection when it is called. */
  open(): void {
    if (this.#options.proxyProtocol) {
      this.#proxyHeader = nothing;
      this.#limitTime(proxyMs);
    } else {
      this.#guard(() => this.#peerKnown(peerOf(this.#socket), nothing));
      this.flush();
    }
  }

  /** No more is read or written. */
  get closing(): boolean {
    return this.#closing;
  }

  /** The talker is at work on something that takes time, or has not been called yet. */
  get busy(): boolean {
    return this.#busy || !this.#opened;
  }

  /** Sends text; within a call of the talker it goes out with the other replies of this turn. */
  write(text: string): void {
    this.#replies += text;
  }

  /** The same for bytes, which are not copied. */
  writeBytes(bytes: Buffer): void {
    this.flush();
    if (!this.#closing) this.#socket.write(bytes);
  }

  flush(): void {
    if (this.#replies === '') return;
    if (!this.#closing) this.#socket.write(this.#replies);
    this.#replies = '';
  }

  /** Starts the time limit anew: something whole has come. */
  alive(): void {
    this.#timer.refresh();
  }

  /** Lets input wait until the work is done, then goes on with what `done` did. The work must not fail. */
  wait<T>(work: Promise<T>, done: (result: T) => void): void {
    this.#busy = true;
    work.then(
      result => {
        this.#busy = false;
        if (this.#closing) return;
        this.#timer.refresh();
        this.#guard(() => done(result));
        this.#run();
      },
      error => this.#fail(error),
    );
  }

  /**
   * Begins TLS as a server, to be waited for. What the peer sent in clear behind its request is dropped, so that nothing
   * can be put into the mouth of the peer that TLS protects. A failed handshake closes the connection.
   */
  async startTls(context: SecureContext): Promise<void> {
    this.flush();
    await this.#handshake(context, () => nothing);
  }

  /** `received` gives what belongs to the handshake of what has come already. */
  async #handshake(context: SecureContext, received: () => Buffer): Promise<void> {
    // 4 MB that a process without TLS does not need.
    const { TLSSocket } = await import('node:tls');
    // Whoever has ended its side will say nothing of a handshake.
    if (this.#peerEnded) this.close();
    if (this.#closing) return;
    const plain = this.#socket;
    this.#detach(plain);
    const bytes = received();
    if (bytes.length > 0) plain.unshift(bytes);
    this.#input.clear();
    const secure = new TLSSocket(plain, { isServer: true, secureContext: context });
    this.#socket = secure;
    this.#inHandshake = true;
    this.#attach(secure);
    this.#limitTime(handshakeMs);
    const { promise, resolve } = Promise.withResolvers<void>();
    secure.once('secure', resolve);
    secure.once('close', () => resolve());
    await promise;
    this.#inHandshake = false;
    if (!this.#closing) this.#limitTime(this.#options.timeoutMs);
  }

  /** Sends what is left and closes; what still comes is not read. */
  close(): void {
    if (this.#closing) return;
    this.flush();
    this.#closing = true;
    this.#limitTime(closeMs);
    this.#socket.end();
    this.#socket.resume();
  }

  destroy(): void {
    this.#closing = true;
    this.#socket.destroy();
  }

  #attach(socket: Socket): void {
    socket.allowHalfOpen = true;
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('drain', this.#onDrain);
    // The close that follows says all that matters.
    socket.on('error', ignore);
    socket.on('close', this.#onClose);
  }

  #detach(socket: Socket): void {
    socket.pause();
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    socket.off('drain', this.#onDrain);
    socket.off('close', this.#onClose);
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#closing) return;
    if (this.#proxyHeader) {
      this.#guard(() => this.#readProxyHeader(chunk));
      return;
    }
    this.#input.push(chunk);
    if (this.#busy || this.#isQueued || this.#socket.writableNeedDrain) this.#socket.pause();
    else this.#run();
  };

  readonly #onEnd = (): void => {
    this.#peerEnded = true;
    if (this.#opened && !this.#inHandshake) this.#run();
    else this.destroy();
  };

  readonly #onDrain = (): void => this.#run();

  readonly #onClose = (): void => {
    clearTimeout(this.#timer);
    this.#closing = true;
    this.#guard(() => this.#talker.closed());
  };

  readonly #onTimeout = (): void => {
    const isStarting = !this.#opened || this.#inHandshake;
    if (this.#busy && !isStarting) this.#timer.refresh();
    // A peer that does not read cannot be told.
    else if (this.#closing || isStarting || this.#socket.writableNeedDrain) this.destroy();
    else this.#guard(() => this.#talker.timedOut());
  };

  #readProxyHeader(chunk: Buffer): void {
    const received = Buffer.concat([this.#proxyHeader ?? nothing, chunk]);
    const header = parseProxyHeader(received);
    if (header.type === 'bad') {
      this.destroy();
    } else if (header.type === 'partial') {
      this.#proxyHeader = received;
    } else {
      this.#proxyHeader = null;
      const peer = header.source === null ? peerOf(this.#socket) : peerAt(header.source);
      this.#peerKnown(peer, received.subarray(header.bytes));
    }
  }

  #peerKnown(peer: Peer, received: Buffer): void {
    const { implicitTls, timeoutMs } = this.#options;
    const begin = () => {
      this.#opened = true;
      if (implicitTls || this.#options.proxyProtocol) this.#limitTime(timeoutMs);
      this.#talker.opened(peer);
    };
    this.#input.push(received);
    if (implicitTls) {
      this.#limitTime(handshakeMs);
      const handshake = implicitTls().then(context =>
        this.#handshake(context, () => this.#input.takeInput()),
      );
      this.wait(handshake, begin);
    } else {
      begin();
      this.#run();
    }
  }

  /** Works off what has come, until input is missing, the talker is at work, or the peer does not read its replies. */
  #run(): void {
    this.#guard(() => {
      for (let reads = 0; this.#ready() && this.#talker.read(this.#input); reads++)
        if (reads === maxReads) this.#goOnLater();
      if (this.#peerEnded && this.#ready()) {
        this.#talker.inputEnded(this.#input);
        if (this.#ready()) this.close();
      }
    });
    this.flush();
    if (this.#ready() && this.#socket.isPaused()) this.#socket.resume();
  }

  #goOnLater(): void {
    this.#isQueued = true;
    setImmediate(() => {
      this.#isQueued = false;
      this.#run();
    });
  }

  #ready(): boolean {
    return (
      this.#opened && !this.#busy && !this.#isQueued && !this.#closing && !this.#socket.writableNeedDrain
    );
  }

  #limitTime(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onTimeout, ms);
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.destroy();
    this.#talker.failed(error);
  }
}

const ignore = () => {};
