/**
 * The HTTP room: one engine a shard. `routes.ts` is the table of all routes, a route turns an `InboxRequest` into a
 * `Reply`, both plain values; `live-connections.ts` knows who is connected to whom.
 */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { BadJson } from './go-json.ts';
import { BodyTooLarge, type Handler, type InboxRequest } from './inbox-request.ts';
import type { InboxEngine, InboxTenant } from './inbox-tenant.ts';
import { LiveConnections } from './live-connections.ts';
import { readBody } from './read-body.ts';
import { badRequest, plainError, type Reply } from './reply.ts';
import { routes } from './routes.ts';

export type InboxEngineOptions = {
  readonly log: Logger;
  readonly clock: Clock;
  /** A request, headers and body together, and a stall while an answer is written; 30 s when left out. */
  readonly timeoutMs?: number;
};

/** Of a JSON body; `send` has a limit of its own. */
const maxBodyBytes = 5 * 1024 * 1024;

/** A web server in front keeps its connections longer than a browser does: nginx 60 s. */
const keepAliveMs = 75_000;

/** Serves the HTTP of all tenants of a shard. */
export async function createInboxEngine(options: InboxEngineOptions): Promise<InboxEngine> {
  const { log, clock, timeoutMs = 30_000 } = options;
  const connections = new LiveConnections();
  const app = fastify({
    logger: false,
    requestTimeout: timeoutMs,
    keepAliveTimeout: keepAliveMs,
    http: {
      headersTimeout: timeoutMs,
      connectionsCheckingInterval: Math.min(timeoutMs, 5_000),
      // An upgrade that is not ours (h2c, as some clients offer by default) is an ordinary request.
      shouldUpgradeCallback: () => false,
    },
  });
  // A body is what it is: clients send JSON as a form, as text, or do not say.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.addHook('onRequest', async (request, reply) => {
    delete request.raw.headers['content-type'];
    connections.begin(request.raw, reply.raw);
  });
  for (const { method, path, handle } of routes) {
    app.route({
      method: method === 'GET' ? ['GET', 'HEAD'] : method,
      url: path,
      exposeHeadRoute: false,
      handler: (request, reply) => respond(request, reply, handle),
    });
  }
  app.setNotFoundHandler((request, reply) =>
    respond(request, reply, () => plainError(404, '404 page not found')),
  );

  async function respond(request: FastifyRequest, reply: FastifyReply, handle: Handler): Promise<void> {
    reply.hijack();
    const tenant = connections.tenantOf(request.raw.socket);
    // Only a test or a stranger on the private side has none.
    if (!tenant) return void request.raw.socket.destroy();
    const answer = tenant.settings.suspended
      ? plainError(503, 'suspended')
      : await answerOf(inboxRequest(request, tenant, clock()), handle);
    writeReply(request.raw, reply.raw, answer);
  }

  async function answerOf(request: InboxRequest, handle: Handler): Promise<Reply> {
    try {
      return await handle(request);
    } catch (error) {
      if (error instanceof BadJson) return badRequest(error.message);
      if (error instanceof BodyTooLarge) return badRequest('http: request body too large');
      log.error({ tenant: request.tenant.id, err: error }, 'request failed');
      return plainError(500, 'Internal Server Error');
    }
  }

  await app.ready();
  const { server } = app;
  server.timeout = timeoutMs;
  // The server itself listens nowhere, its connections are handed to it. Its time-outs start with this event.
  server.emit('listening');

  return {
    serve(socket, tenant) {
      connections.add(socket, tenant);
      // Errors of a connection are the client's going away; `http` closes the socket.
      socket.on('error', () => {});
      server.emit('connection', socket);
    },
    end: (tenant, drainMs) => connections.end(tenant, drainMs),
    connections: tenant => connections.count(tenant),
    async [Symbol.asyncDispose]() {
      connections.destroyAll();
      await app.close();
    },
  };
}

function inboxRequest(request: FastifyRequest, tenant: InboxTenant, nowMs: number): InboxRequest {
  const { raw } = request;
  const url = raw.url ?? '/';
  const mark = url.indexOf('?');
  return {
    tenant,
    method: request.method,
    params: request.params as Record<string, string>,
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    headers: raw.headers,
    remoteAddress: raw.socket.remoteAddress ?? '',
    nowMs,
    body: () => readBody(raw, maxBodyBytes),
  };
}

function writeReply(request: IncomingMessage, response: FastifyReply['raw'], reply: Reply): void {
  const { status, type, body, headers = {} } = reply;
  const length = body instanceof Readable ? {} : { 'Content-Length': Buffer.byteLength(body) };
  // What was not read of a body cannot be told from the next request.
  const unread = hasBody(request) && !request.complete ? { Connection: 'close' } : {};
  response.writeHead(status, {
    ...(type === '' ? {} : { 'Content-Type': type }),
    ...headers,
    ...length,
    ...unread,
  });
  if (request.method === 'HEAD') response.end();
  else if (body instanceof Readable) body.pipe(response);
  else response.end(body);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
