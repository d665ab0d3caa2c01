/** A bare HTTP and WebSocket server on a unix socket, to see what a web server passes on. */
import { EventEmitter } from 'node:events';
import { chmod, mkdir } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { dirname } from 'node:path';
import { WebSocketServer } from 'ws';

export type SeenRequest = {
  readonly method: string;
  /** As it stood in the request line. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly bodyBytes: number;
};

/** `events` emits `body` when the first bytes of a body are there. */
export type StubTenant = AsyncDisposable & { readonly seen: SeenRequest[]; readonly events: EventEmitter };

/**
 * Answers every request with its name in `X-Stub` and as the body; `?bytes=N` with N bytes, `?status=N` with that
 * status. A WebSocket gets its own messages back, with the name before them.
 */
export async function openStubTenant(name: string, socketPath: string): Promise<StubTenant> {
  const seen: SeenRequest[] = [];
  const events = new EventEmitter();
  const server = createServer((request, response) => {
    let bodyBytes = 0;
    request.on('data', (chunk: Buffer) => {
      if (bodyBytes === 0) events.emit('body');
      bodyBytes += chunk.length;
    });
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      seen.push({ method, url, headers, bodyBytes });
      const query = new URL(url.replace(/^\/+/, '/'), 'http://stub').searchParams;
      const bytes = query.get('bytes');
      response.writeHead(Number(query.get('status') ?? 200), {
        'X-Stub': name,
        'Content-Type': 'text/plain',
      });
      response.end(bytes === null ? name : Buffer.alloc(Number(bytes), 120));
    });
  });
  const websockets = new WebSocketServer({ server });
  websockets.on('connection', (socket, request) => {
    const { method = '', url = '', headers } = request;
    seen.push({ method, url, headers, bodyBytes: 0 });
    socket.on('message', data => socket.send(`${name}: ${data}`));
  });
  await mkdir(dirname(socketPath), { recursive: true });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socketPath, resolve));
  await chmod(socketPath, 0o666);
  return {
    seen,
    events,
    async [Symbol.asyncDispose]() {
      for (const socket of websockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
