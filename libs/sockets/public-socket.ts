import { createServer, type Server, type Socket } from 'node:net';
import type { Bind } from '../spec/tenant-spec.ts';
import { HeldSocket } from './held-socket.ts';
import { withUmask } from './umask.ts';

/** Bound by the public API: this process accepts, and keeps what comes until somebody takes it. */
export class PublicSocket extends HeldSocket {
  readonly fd = -1;
  readonly handle = null;
  readonly #server: Server;
  readonly #waiting: Socket[] = [];
  #deliver: ((socket: Socket) => void) | null = null;

  private constructor(bind: Bind, server: Server) {
    super(bind);
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      if (this.#deliver) this.#deliver(socket);
      else this.#waiting.push(socket);
    });
    // Accepting failed, most likely for want of descriptors: that connection is lost, the next one is tried.
    server.on('error', () => {});
  }

  /** Else the error's name. */
  static async open(bind: Bind, umask: number, backlog: number): Promise<PublicSocket | string> {
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
    const error = await new Promise<NodeJS.ErrnoException | null>(resolve => {
      server.once('listening', () => resolve(null));
      server.once('error', resolve);
      const place = bind.kind === 'unix' ? { path: bind.path } : { host: bind.host, port: bind.port };
      withUmask(umask, () => server.listen({ ...place, backlog }));
    });
    if (error) return error.code ?? 'UNKNOWN';
    const address = server.address();
    const isTcp = bind.kind === 'tcp' && address !== null && typeof address === 'object';
    return new PublicSocket(isTcp ? { ...bind, port: address.port } : bind, server);
  }

  route(deliver: ((socket: Socket) => void) | null): void {
    this.#deliver = deliver;
    if (deliver) for (const socket of this.#waiting.splice(0)) deliver(socket);
  }

  protected closeHandle(): void {
    this.#server.close();
    for (const socket of this.#waiting.splice(0)) socket.destroy();
  }
}
