import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { type Applicant, admitOrigin, refuseStranger } from './admission.ts';
import { parseBasicLogin, refuseLogin } from './authenticate.ts';
import type { EventHubs } from './event-hubs.ts';
import type { InboxTenant } from './inbox-tenant.ts';
import type { LiveConnections } from './live-connections.ts';
import { plainError, type Reply } from './reply.ts';
import type { RequestRates } from './request-rates.ts';
import type { RequestTarget } from './request-target.ts';

/** True for what becomes a WebSocket; every other upgrade that somebody asks for is an ordinary request. */
export function isEventStream(request: IncomingMessage, target: RequestTarget): boolean {
  const { method, headers } = request;
  return (
    target.kind === 'path' &&
    target.segments.join('/') === 'api/events' &&
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['sec-websocket-version'] === '13' &&
    /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '')
  );
}

/** `GET api/events`: a tenant's events, from now on. */
export class EventStream {
  readonly #hubs: EventHubs;
  readonly #connections: LiveConnections;
  readonly #rates: RequestRates;
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // Clients have nothing to say.
    maxPayload: 64 * 1024,
    // Each message by itself, so that it is compressed once for all; a client that wants a smaller window gets none.
    perMessageDeflate: {
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
      serverMaxWindowBits: false as never,
    },
  });

  constructor(hubs: EventHubs, connections: LiveConnections, rates: RequestRates) {
    this.#hubs = hubs;
    this.#connections = connections;
    this.#rates = rates;
  }

  /** `head`: what came with the request and belongs to the stream already. */
  async open(
    tenant: InboxTenant,
    applicant: Applicant,
    request: IncomingMessage,
    head: Buffer,
    query: string,
  ): Promise<void> {
    const socket = request.socket as Socket;
    // It may be silent for as long as no mail comes.
    socket.setTimeout(0);
    const refusal =
      this.#rates.refuse(tenant, applicant, socket.remoteAddress) ??
      (await refuse(tenant, applicant)) ??
      this.#refuseFull(tenant);
    if (socket.destroyed) return;
    if (refusal) {
      socket.end(renderRefusal(refusal));
      return;
    }
    this.#server.handleUpgrade(request, socket, head, webSocket => {
      this.#connections.upgraded(socket, () => webSocket.close(1012));
      this.#hubs.of(tenant).join(webSocket, socket, new URLSearchParams(query).get('cursor') === '1');
    });
  }

  #refuseFull(tenant: InboxTenant): Reply | null {
    const { maxWebSockets: most } = tenant.settings;
    if (most === 0 || this.#hubs.of(tenant).listeners < most) return null;
    return plainError(503, `Too many connections (limit limits.webSockets: ${most})`, { 'Retry-After': '1' });
  }
}

async function refuse(tenant: InboxTenant, applicant: Applicant): Promise<Reply | null> {
  const stranger = refuseStranger(applicant, tenant.settings);
  if (stranger) return stranger;
  const origin = admitOrigin(applicant, tenant.settings);
  if (typeof origin.status === 'number') return origin as Reply;
  if (tenant.settings.auth !== 'required') return null;
  return refuseLogin(tenant, 'pages', parseBasicLogin(applicant.headers));
}

function renderRefusal({ status, type, body, headers = {} }: Reply): string {
  const said = String(body);
  const lines = Object.entries({
    'Content-Type': type,
    ...headers,
    'Content-Length': String(Buffer.byteLength(said)),
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${said}`;
}
