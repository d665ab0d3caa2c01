/**
 * The control API over HTTP. It is core's server and not fastify: a dozen routes behind a socket that only its owner may
 * open do not need one, and the controller's memory is part of every fleet's.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { MpctlError } from '../base/error.ts';
import type { Logger } from '../base/log.ts';
import { Refusal } from '../base/refusal.ts';
import { type ControlError, configHeader, controlErrorStatus } from '../wire/control-http.ts';
import type { ControlHost } from './control-host.ts';
import { answer, type ControlReply } from './routes.ts';

const maxBodyBytes = 1024 ** 2;

/** A connection on which nothing happens for so long is closed; a change may take that long to be done. */
const idleMs = 120_000;

export interface ControlServer extends AsyncDisposable {
  /** Serves an accepted connection. With `metricsOnly` whoever is behind it may do nothing else. */
  serve(socket: Socket, metricsOnly: boolean): void;
}

/** `configPath` is told with each answer, for who meant another. */
export function openControlServer(host: ControlHost, log: Logger, configPath = ''): ControlServer {
  const metricsSockets = new WeakSet<Socket>();
  const server = createServer({ requestTimeout: idleMs }, async (request, response) => {
    const isForMetrics = metricsSockets.has(request.socket);
    // Who asked waits for as long as a backup takes.
    request.socket.setTimeout(0);
    if (!isForMetrics) response.setHeader(configHeader, encodeURIComponent(configPath));
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    send(response, await reply(host, request, isForMetrics, log, gone.signal));
  });
  return {
    serve(socket, metricsOnly) {
      socket.setTimeout(idleMs, () => socket.destroy());
      if (metricsOnly) metricsSockets.add(socket);
      server.emit('connection', socket);
      socket.resume();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
    },
  };
}

async function reply(
  host: ControlHost,
  request: IncomingMessage,
  metricsOnly: boolean,
  log: Logger,
  gone: AbortSignal,
): Promise<ControlReply> {
  try {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://control');
    const method = request.method ?? '';
    if (metricsOnly && pathname !== '/metrics') {
      throw new Refusal('ROUTE_NOT_FOUND', 'there is only /metrics here');
    }
    return await answer(host, {
      method,
      path: pathname,
      query: searchParams,
      body: await readBody(request),
      gone,
    });
  } catch (error) {
    if (!(error instanceof MpctlError)) log.error({ error }, 'a control request failed');
    return errorReply(error);
  }
}

function errorReply(error: unknown): ControlReply {
  const { code, message, hint } =
    error instanceof MpctlError ? error : { code: 'UNKNOWN', message: String(error), hint: '' };
  const content: ControlError = { code, message, hint, issues: error instanceof Refusal ? error.issues : [] };
  return { status: controlErrorStatus[code] ?? 500, content };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > maxBodyBytes) throw new Refusal('BAD_REQUEST', 'the body is larger than 1 MiB');
    chunks.push(chunk);
  }
  if (length === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new Refusal('BAD_REQUEST', 'the body is not JSON');
  }
}

function send(response: ServerResponse, { status, content }: ControlReply): void {
  const isText = typeof content === 'string';
  const body = isText ? content : `${JSON.stringify(content)}\n`;
  response.writeHead(status, {
    'content-type': isText ? 'text/plain; version=0.0.4; charset=utf-8' : 'application/json',
    'content-length': Buffer.byteLength(body),
    // One request a connection: an address that is given up is given up at once.
    connection: 'close',
  });
  response.end(body);
}
