import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { MpctlError } from '../base/error.ts';
import type { Logger } from '../base/log.ts';
import { acceptFrom } from '../sockets/accept.ts';
import { type BindOptions, bindSockets } from '../sockets/bind-sockets.ts';
import type { BoundSocket } from '../sockets/bound-socket.ts';
import { fallbackSocketPath } from '../spec/paths.ts';
import type { FleetSpec } from '../spec/tenant-spec.ts';

const backlog = 511;
const access = { owner: null, group: null, mode: 0o660, acl: [] };

/** Strangers ask for names that nobody has: more lines than one a minute would say nothing new. */
const logPauseMs = 60_000;

/**
 * Answers the web server where a tenant's own socket does not: 503 for hosts that are a tenant's, 404 for all others,
 * and nothing else whatever is asked.
 */
export class FallbackDoor implements AsyncDisposable {
  readonly #options: BindOptions;
  readonly #clock: () => number;
  readonly #log: Logger;
  readonly #server: Server;
  #bound: BoundSocket | null = null;
  #opened: Promise<void> | null = null;
  #isKnown: (host: string) => boolean = () => false;
  #loggedAtMs = Number.NEGATIVE_INFINITY;
  #unlogged = 0;

  constructor(options: BindOptions, clock: () => number, log: Logger) {
    this.#options = options;
    this.#clock = clock;
    this.#log = log;
    this.#server = createServer((request, response) => this.#answer(request, response));
    // A WebSocket is refused as everything else.
    this.#server.on('upgrade', (request, socket) => {
      const response = this.#replyTo(request);
      socket.on('error', () => socket.destroy());
      socket.end(
        `HTTP/1.1 ${response.status} ${response.title}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
    });
  }

  /** Takes over whose hosts there are, and listens from the first base domain on. */
  want(fleet: FleetSpec): void {
    let hostnames: ReadonlySet<string> | null = null;
    this.#isKnown = host => {
      hostnames ??= new Set(
        [...fleet.tenants.values()].flatMap(tenant => [tenant.ownHost, ...tenant.hostnames]),
      );
      return host !== '' && hostnames.has(host);
    };
    if (fleet.proxy.baseDomain === '') return;
    this.#opened ??= this.#open(fallbackSocketPath(fleet.runDir)).catch(error => {
      this.#log.error({ error: (error as Error).message }, 'no fallback socket for the web server');
    });
  }

  async #open(path: string): Promise<void> {
    const request = { bind: { kind: 'unix', path }, protocol: 'http', access, backlog } as const;
    const [bound] = await bindSockets([request], this.#options);
    if (!bound) return;
    if (bound instanceof MpctlError) throw bound;
    this.#bound = bound;
    const accept = (socket: Socket) => {
      socket.on('error', () => socket.destroy());
      this.#server.emit('connection', socket);
    };
    const acceptFailed = (error: string) => this.#log.warn({ error }, 'a fallback connection was lost');
    if (bound.handle) acceptFrom(bound.handle, backlog, { accept, acceptFailed });
    else bound.route(accept);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened;
    await this.#bound?.close();
    this.#server.closeAllConnections();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { status, title, text } = this.#replyTo(request);
    request.resume();
    response.writeHead(status, {
      Connection: 'close',
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      ...(status === 503 ? { 'Retry-After': '5' } : {}),
    });
    response.end(page(title, text));
  }

  #replyTo({ headers }: IncomingMessage): { status: 503 | 404; title: string; text: string } {
    const host = (headers.host ?? '').toLowerCase().replace(/\.?(:\d*)?$/, '');
    if (!this.#isKnown(host))
      return { status: 404, title: 'Not Found', text: 'There is no inbox of this name.' };
    this.#note(host);
    return {
      status: 503,
      title: 'Service Unavailable',
      text: 'This inbox is starting. Try again in a moment.',
    };
  }

  #note(host: string): void {
    this.#unlogged++;
    const nowMs = this.#clock();
    if (nowMs - this.#loggedAtMs < logPauseMs) return;
    this.#log.warn({ host, requests: this.#unlogged }, 'a tenant’s socket does not answer the web server');
    this.#loggedAtMs = nowMs;
    this.#unlogged = 0;
  }
}

function page(title: string, text: string): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${title}</title>
<style>:root { color-scheme: light dark } body { font: 1rem/1.6 system-ui, sans-serif; margin: 4rem auto; max-width: 40rem; padding: 0 1rem }</style>
<h1>${title}</h1>
<p>${text}</p>
</html>
`;
}
