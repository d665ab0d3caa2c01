/** Ways to reach a server: by which socket, and what is said before the first word of SMTP. */
import net from 'node:net';
import tls from 'node:tls';

export type Way = {
  readonly name: string;
  readonly socket: 'unix' | 'tcp';
  /** What the listener must be for this way; rows are then played behind it. */
  readonly listener: 'as-it-is' | 'implicit-tls' | 'starttls' | 'proxy' | 'proxy-tls';
  /** Sent before anything else. */
  readonly preamble: Buffer;
};

const none = Buffer.alloc(0);
const proxyV1 = Buffer.from('PROXY TCP4 192.0.2.1 192.0.2.2 1234 25\r\n');
const proxyV2 = Buffer.concat([
  Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1'),
  Buffer.from([0x21, 0x21, 0, 36]),
  Buffer.from('20010db8000000000000000000000001', 'hex'),
  Buffer.from('20010db8000000000000000000000002', 'hex'),
  Buffer.from([0x04, 0xd2, 0, 25]),
]);

export const ways: readonly Way[] = [
  { name: 'unix socket', socket: 'unix', listener: 'as-it-is', preamble: none },
  { name: 'TCP', socket: 'tcp', listener: 'as-it-is', preamble: none },
  { name: 'unix socket, PROXY 1', socket: 'unix', listener: 'proxy', preamble: proxyV1 },
  { name: 'TCP, PROXY 2', socket: 'tcp', listener: 'proxy', preamble: proxyV2 },
  { name: 'unix socket, implicit TLS', socket: 'unix', listener: 'implicit-tls', preamble: none },
  { name: 'TCP, implicit TLS', socket: 'tcp', listener: 'implicit-tls', preamble: none },
  { name: 'TCP, PROXY 1, implicit TLS', socket: 'tcp', listener: 'proxy-tls', preamble: proxyV1 },
  { name: 'unix socket, STARTTLS', socket: 'unix', listener: 'starttls', preamble: none },
  { name: 'TCP, STARTTLS', socket: 'tcp', listener: 'starttls', preamble: none },
];

export type Address = { readonly path: string } | { readonly host: string; readonly port: number };

/** A connection on which lines and bytes can be waited for. */
export class Wire {
  #socket: net.Socket;
  #received = '';
  #ended = false;
  #wake = () => {};

  constructor(socket: net.Socket) {
    this.#socket = socket;
    this.#listen();
  }

  static async connect(address: Address): Promise<Wire> {
    const socket = net.connect({ ...address, allowHalfOpen: true });
    const wire = new Wire(socket);
    await new Promise((done, fail) => socket.once('connect', done).once('error', fail));
    return wire;
  }

  send(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** Each byte in a segment of its own, as far as the system allows. */
  async sendSlowly(bytes: Buffer): Promise<void> {
    this.#socket.setNoDelay(true);
    // A long piece would take for ever: its middle goes in one go.
    const edge = 100;
    const middle = bytes.subarray(edge, Math.max(edge, bytes.length - edge));
    for (const byte of bytes.subarray(0, edge)) await this.#sent(Buffer.of(byte));
    await this.#sent(middle);
    for (const byte of bytes.subarray(edge + middle.length)) await this.#sent(Buffer.of(byte));
  }

  #sent(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return Promise.resolve();
    return new Promise(done => this.#socket.write(bytes, () => setImmediate(done)));
  }

  end(): void {
    this.#socket.end();
  }

  async startTls(): Promise<void> {
    this.#socket.removeAllListeners();
    const secure = tls.connect({ socket: this.#socket, rejectUnauthorized: false });
    this.#socket = secure;
    this.#listen();
    const closed = new Error('closed during the handshake');
    await new Promise((done, fail) => {
      secure
        .once('secureConnect', done)
        .once('error', fail)
        .once('close', () => fail(closed));
    });
  }

  /** The next line without CRLF, bytes as Latin-1; what is left at the end of the stream; null after it. */
  async line(): Promise<string | null> {
    for (;;) {
      const end = this.#received.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#received.slice(0, end);
        this.#received = this.#received.slice(end + 2);
        return line;
      }
      if (this.#ended) {
        const rest = this.#received;
        this.#received = '';
        return rest === '' ? null : rest;
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const silence = setTimeout(() => reject(new Error('nothing came for ten seconds')), 10_000);
      await promise.finally(() => clearTimeout(silence));
    }
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    this.#socket.on('data', chunk => {
      this.#received += chunk.toString('latin1');
      this.#wake();
    });
    this.#socket.on('error', () => {});
    for (const event of ['end', 'close']) {
      this.#socket.on(event, () => {
        this.#ended = true;
        this.#wake();
      });
    }
  }
}
