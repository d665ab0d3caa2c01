/**
 * The HTTP room: one engine a shard. `routes.ts` is the table of all routes, a route turns an `InboxRequest` into a
 * `Reply`, both plain values; `live-connections.ts` knows who is connected to whom.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { Budget } from '../base/budget.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { createSlowWork } from '../slow-work/slow-work.ts';
import { Turns } from '../slow-work/turns.ts';
import type { Applicant, Surface } from './admission.ts';
import { type Answer, answerRoute, answerUnrouted, failed } from './answer.ts';
import type { AppFiles } from './app-files.ts';
import { parseBasicLogin } from './authenticate.ts';
import { newNonce } from './content-security.ts';
import { EventHubs } from './event-hubs.ts';
import { EventStream, isEventStream } from './event-stream.ts';
import { HeldBytes, type Hold } from './held-bytes.ts';
import { type InboxRequest, OverLimit, type Route } from './inbox-request.ts';
import type { InboxEngine, InboxTenant } from './inbox-tenant.ts';
import { LiveConnections } from './live-connections.ts';
import { LongWork } from './long-work.ts';
import { mailRunner } from './mail-runner.ts';
import { readBody } from './read-body.ts';
import { overLimit, plainError, type Reply } from './reply.ts';
import { RequestRates } from './request-rates.ts';
import { parseRequestTarget, type RequestTarget } from './request-target.ts';
import { routes } from './routes.ts';
import { isPackedAside, memoryOf, writeReply } from './write-reply.ts';

export type InboxEngineOptions = {
  readonly log: Logger;
  readonly clock: Clock;
  /** The inbox app; null: the page without a script is served. */
  readonly app?: AppFiles | null;
  /** A request, headers and body together, and a stall while an answer is written; 30 s when left out. */
  readonly timeoutMs?: number;
  /** Memory for bodies and answers that are under way, half of it for one tenant; 256 MiB when left out. */
  readonly maxHeldBytes?: number;
  /** Those of the shard; its own when left out. */
  readonly turns?: Turns;
};

/** No route has a schema: what compiles them is not even loaded. */
const noCompilers = { buildValidator: noCompiler, buildSerializer: noCompiler };

/** Of a JSON body; one that is a mail has the mail's limit. */
const maxBodyBytes = 5 * 1024 * 1024;

/** A search may be long. */
const maxHeaderBytes = 64 * 1024;

/** Browsers send 20, web servers in front some more. */
const maxHeaders = 200;

/** A web server in front keeps its connections longer than a browser does: nginx 60 s. */
const keepAliveMs = 75_000;

/** Requests of a tenant that wait for their turn: more than it may have connections, unless they come in heaps. */
const maxWaiting = 4000;

/** Large answers that are compressed at the same time: that is done by threads for which the disk waits too. */
const maxPacked = 4;

/** Added to the time that a route says it may take. */
const silenceMarginMs = 10_000;

/** Serves the HTTP of all tenants of a shard. */
export async function createInboxEngine(options: InboxEngineOptions): Promise<InboxEngine> {
  const { log, clock, app: appFiles = null, timeoutMs = 30_000, maxHeldBytes = 256 * 1024 ** 2 } = options;
  const { turns = new Turns() } = options;
  const mailWork = createSlowWork();
  const connections = new LiveConnections();
  const hubs = new EventHubs();
  const heldBytes = new HeldBytes(maxHeldBytes);
  const longWork = new LongWork(maxWaiting);
  const packed = new Budget(maxPacked);
  const rates = new RequestRates(clock);
  const stream = new EventStream(hubs, connections, rates);
  const targets = new WeakMap<IncomingMessage, RequestTarget>();

  const app = fastify({
    logger: false,
    schemaController: { compilersFactory: noCompilers },
    requestTimeout: timeoutMs,
    keepAliveTimeout: keepAliveMs,
    routerOptions: { maxParamLength: maxHeaderBytes },
    rewriteUrl: routedUrl,
    clientErrorHandler: (error, socket) => refuseNoise(error, socket),
    http: {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: timeoutMs,
      connectionsCheckingInterval: Math.min(timeoutMs, 5_000),
      // An upgrade that is not ours (h2c, as some clients offer by default) is an ordinary request.
      shouldUpgradeCallback: request => isEventStream(request, targetOf(request)),
    },
  });
  // A body is what it is: clients send JSON as a form, as text, or do not say.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.addHook('onRequest', ({ raw }, reply, done) => {
    if (raw.headers['content-type'] !== undefined) delete raw.headers['content-type'];
    connections.begin(raw, reply.raw);
    done();
  });
  for (const route of routes) {
    app.route({
      method: route.method === 'GET' ? ['GET', 'HEAD'] : route.method,
      // A parameter is something: `tags/` names no tag.
      url: route.path.replace(/:\w+/g, '$&(.+)'),
      exposeHeadRoute: false,
      handler: (request, reply) => respond(request, reply, route),
    });
  }
  app.setNotFoundHandler((request, reply) => respond(request, reply, null));

  function targetOf(request: IncomingMessage): RequestTarget {
    const webroot = connections.tenantOf(request.socket)?.settings.webroot ?? '/';
    const target = targets.get(request) ?? parseRequestTarget(request.url ?? '', webroot);
    targets.set(request, target);
    return target;
  }

  /** What the router is to look for: the path below the tenant's webroot, in one spelling. */
  function routedUrl(request: IncomingMessage): string {
    const target = targetOf(request);
    return target.kind === 'path' ? `/${target.segments.map(encodeURIComponent).join('/')}` : '/~';
  }

  async function respond(request: FastifyRequest, reply: FastifyReply, route: Route | null): Promise<void> {
    reply.hijack();
    const { raw } = request;
    const tenant = connections.tenantOf(raw.socket);
    const target = targets.get(raw);
    if (!tenant || !target) {
      raw.socket.destroy();
      return;
    }
    const before = connections.inOrder(raw, reply.raw);
    if (before) await before;
    if (isOver(reply.raw)) return;
    const applicant = applicantOf(raw, surfaceOf(route, target));
    const tooMany = rates.refuse(tenant, applicant, raw.socket.remoteAddress);
    if (tooMany) return writeReply(raw, reply.raw, tooMany, false, timeoutMs);
    if (turns.waiting(tenant.uid) >= maxWaiting) {
      return writeReply(raw, reply.raw, tooManyRequests, false, timeoutMs);
    }
    if (!turns.isFree(tenant.uid)) await turns.next(tenant.uid);
    if (isOver(reply.raw)) return;
    const hold = heldBytes.holdFor(tenant, reply.raw);
    let answer: Answer;
    if (raw.rawHeaders.length > 2 * maxHeaders) {
      answer = tooManyHeaders;
    } else if (hasTwoHosts(raw)) {
      answer = twoHosts;
    } else if (route && target.kind === 'path' && (route.isOn?.(tenant.settings) ?? true)) {
      const params = request.params as Record<string, string>;
      const unlessGone = () => unlessOver(reply.raw);
      const atLength = longWork.workerFor(tenant, reply.raw);
      const inboxRequest = {
        ...askedOf(raw, reply.raw, tenant, target, route, hold),
        params,
        nowMs: clock(),
        mailJob: mailRunner(mailWork, tenant.id, atLength, unlessGone),
        ...{ atLength, unlessGone },
        nextTurn: () => turns.next(tenant.uid),
        app: appFiles,
        get hub() {
          return hubs.of(tenant);
        },
      };
      answer = await answerRoute(inboxRequest, route, applicant, log);
    } else {
      answer = answerUnrouted(target, applicant, tenant.settings);
    }
    // Whoever asked has gone away, or was told already that it takes too long.
    if (isOver(reply.raw)) return;
    const wantsGzip =
      answer.compressible &&
      !tenant.settings.disableHttpCompression &&
      String(raw.headers['accept-encoding'] ?? '').includes('gzip');
    const isAside = wantsGzip && isPackedAside(answer.reply);
    const gzip = wantsGzip && (!isAside || packed.take(1));
    try {
      await writeReply(raw, reply.raw, held(answer.reply, hold), gzip, timeoutMs);
    } catch (error) {
      if (!isOver(reply.raw)) await writeReply(raw, reply.raw, failed(error, tenant, log), false, timeoutMs);
    }
    if (gzip && isAside) packed.give(1);
  }

  /** A connection was still for too long: where it is we who have not answered, we say so. */
  function timedOut(socket: Socket): void {
    const [late] = connections.openOf(socket);
    if (!late || late.headersSent || !late.req.complete) socket.destroy();
    else void writeReply(late.req, late, tooLate, false, timeoutMs);
  }

  await app.ready();
  const { server } = app;
  server.timeout = timeoutMs;
  server.on('timeout', timedOut);
  // Else what is more would be overlooked in silence.
  server.maxHeadersCount = 0;
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const tenant = connections.tenantOf(socket);
    const target = targetOf(request);
    if (!tenant || target.kind !== 'path') socket.destroy();
    else
      void stream.open(
        tenant,
        { ...applicantOf(request, 'api'), upgrade: true },
        request,
        head,
        target.query,
      );
  });
  // The server itself listens nowhere, its connections are handed to it. Its time-outs start with this event.
  server.emit('listening');

  return {
    serve(socket, tenant) {
      connections.add(socket, tenant);
      // Errors of a connection are the client's going away; `http` closes the socket.
      socket.on('error', () => {});
      server.emit('connection', socket);
    },
    end(tenant, drainMs) {
      hubs.close(tenant);
      return connections.end(tenant, drainMs);
    },
    connections: tenant => connections.count(tenant),
    isAtRest: tenant => connections.count(tenant) === 0 && !hubs.has(tenant) && !rates.isCounting(tenant),
    async [Symbol.asyncDispose]() {
      connections.destroyAll();
      await app.close();
      await mailWork[Symbol.asyncDispose]();
    },
  };
}

function noCompiler(): never {
  throw new Error('no route has a schema');
}

function surfaceOf(route: Route | null, target: RequestTarget): Surface {
  const surface = route?.surface ?? 'page';
  return typeof surface === 'string' ? surface : surface(target.kind === 'path' ? target.segments : []);
}

/** A peer without an address came through the file system, where owner and mode said who may. */
function applicantOf({ method = '', headers, socket }: IncomingMessage, surface: Surface): Applicant {
  const local = socket.remoteAddress === undefined && socket.localAddress === undefined;
  return { method, surface, headers, local, upgrade: false };
}

function askedOf(
  raw: IncomingMessage,
  response: ServerResponse,
  tenant: InboxTenant,
  target: RequestTarget & { kind: 'path' },
  route: Route,
  hold: Hold,
): Omit<
  InboxRequest,
  'params' | 'mailJob' | 'atLength' | 'unlessGone' | 'nextTurn' | 'nowMs' | 'app' | 'hub'
> {
  const maxMailBytes = tenant.settings.maxMessageSizeBytes || Number.POSITIVE_INFINITY;
  return {
    tenant,
    method: raw.method ?? '',
    segments: target.segments,
    query: new URLSearchParams(target.query),
    headers: raw.headers,
    remoteAddress: raw.socket.remoteAddress ?? '127.0.0.1',
    user: parseBasicLogin(raw.headers)?.user ?? '',
    nonce: newNonce(),
    allowSilence: ms => void raw.socket.setTimeout(ms + silenceMarginMs),
    whenGone: gone => void response.once('close', gone),
    body: () => readBody(raw, route.submission ? maxMailBytes : maxBodyBytes, hold),
  };
}

const tooManyHeaders: Answer = {
  reply: plainError(431, `Request Header Fields Too Large (limit: ${maxHeaders})`, { Connection: 'close' }),
  compressible: false,
};

/** RFC 9112 §3.2: whoever is in front may have looked at the other one. */
const twoHosts: Answer = {
  reply: plainError(400, 'Bad Request: too many Host headers', { Connection: 'close' }),
  compressible: false,
};

function hasTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts > 1;
}

const tooManyRequests = plainError(503, 'too many requests at once: try again', {
  'Retry-After': '1',
  Connection: 'close',
});

const tooLate = plainError(503, 'the answer takes too long: ask for less, or later', {
  'Retry-After': '10',
  Connection: 'close',
});

const isOver = (response: ServerResponse) => response.destroyed || response.headersSent;

function unlessOver(response: ServerResponse): void {
  if (isOver(response)) throw new OverLimit('nobody waits for it any more', 503);
}

/** The answer, or where it is large and too many of those wait for their clients, that there is none now. */
function held(reply: Reply, hold: Hold): Reply {
  try {
    hold(memoryOf(reply));
    return reply;
  } catch (error) {
    if (error instanceof OverLimit) return overLimit(error);
    throw error;
  }
}

/** What is no HTTP, or takes too long to become it. */
function refuseNoise(error: NodeJS.ErrnoException, socket: Socket): void {
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' || error.code === 'ECONNRESET';
  if (isLate || !socket.writable) socket.destroy();
  else {
    const head = `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n`;
    socket.end(`${head}${status}`);
  }
}
