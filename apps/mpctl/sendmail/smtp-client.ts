/** The little of SMTP that handing over one mail needs (RFC 5321), over TCP or a unix socket. */
import { connect, isIP, type Socket } from 'node:net';
import type { SmtpAddress } from './smtp-address.ts';

/** A command that a slow or dead server does not answer. */
const replyTimeoutMs = 5 * 60_000;

type Waiter = { resolve(reply: string): void; reject(error: Error): void };

export class SmtpClient implements AsyncDisposable {
  #socket: Socket;
  #received = '';
  #waiter: Waiter | null = null;
  #failure: Error | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  /** Connects and reads the greeting. Throws what the system says. */
  static async open(address: SmtpAddress): Promise<SmtpClient> {
    const socket =
      address.kind === 'unix'
        ? connect({ path: address.path })
        : connect({ host: address.host, port: address.port });
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    const client = new SmtpClient(socket);
    await client.#expect(2);
    return client;
  }

  /** Sends a line and resolves to the reply, which begins with a digit of `expected`; throws the reply otherwise. */
  async command(line: string, expected = 2): Promise<string> {
    this.#socket.write(`${line}\r\n`);
    return this.#expect(expected);
  }

  async #expect(digit: number): Promise<string> {
    const reply = await this.#reply();
    if (!reply.startsWith(String(digit))) throw new Error(reply);
    return reply;
  }

  /** Sends what DATA carries, as fast as the server reads it. */
  async data(blocks: Iterable<Buffer>): Promise<void> {
    await this.command('DATA', 3);
    for (const block of blocks) {
      await new Promise<void>((resolve, reject) => {
        this.#socket.write(block, error => (error ? reject(this.#failure ?? error) : resolve()));
      });
    }
    await this.#expect(2);
  }

  /** Goes on under TLS without looking at the certificate: it is better than none, and nobody asked for more. */
  async startTls(host: string): Promise<void> {
    await this.command('STARTTLS');
    const { connect: connectTls } = await import('node:tls');
    this.#socket.removeAllListeners();
    const secure = connectTls({
      socket: this.#socket,
      rejectUnauthorized: false,
      ...(isIP(host) === 0 ? { servername: host } : {}),
    });
    await new Promise<void>((resolve, reject) => secure.once('secureConnect', resolve).once('error', reject));
    this.#socket = secure;
    this.#received = '';
    this.#listen();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }

  #listen(): void {
    this.#socket.setTimeout(replyTimeoutMs, () =>
      this.#socket.destroy(new Error('the server does not answer')),
    );
    this.#socket.on('data', chunk => {
      this.#received += chunk.toString('utf8');
      this.#settle();
    });
    this.#socket.on('error', error => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  #reply(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
      this.#settle();
    });
  }

  /** A reply is whole when a line has a space behind its code. */
  #settle(): void {
    const whole = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\n/.exec(this.#received);
    if (!this.#waiter || !(whole || this.#failure)) return;
    const waiter = this.#waiter;
    this.#waiter = null;
    if (whole) {
      this.#received = this.#received.slice(whole[0].length);
      waiter.resolve(whole[0].trimEnd());
    } else if (this.#failure) waiter.reject(this.#failure);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#settle();
  }
}
