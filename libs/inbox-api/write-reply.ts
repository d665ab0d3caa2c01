import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { type ByteRange, parseByteRange } from './byte-range.ts';
import { notFound, type Reply, type StreamedBody } from './reply.ts';
import { cutSlowReader } from './slow-reader.ts';

/** Up to here a body is compressed at once, which takes a millisecond or two; a larger one goes in pieces. */
const maxAtOnceBytes = 256 * 1024;

/** A larger body is given to the socket as fast as the client takes it. */
const pieceBytes = 64 * 1024;

/** Whether compressing it is left to other threads. */
export const isPackedAside = ({ body }: Reply): boolean => sizeOf(body) > maxAtOnceBytes;

/** Pieces on their way of a body that is read while it is sent, and what unpacks them. */
const streamedBytes = 1024 * 1024;

/** What a reply takes of the memory while its client is slow. */
export const memoryOf = ({ body }: Reply): number => (isStreamed(body) ? streamedBytes : body.length);

/**
 * Writes an answer: whole, a part of it, or only that nothing has changed; compressed where `gzip` allows it. A large one
 * has `graceMs` to go out, and the time that the slowest line takes for it. Resolves when no other thread is needed for it.
 */
export async function writeReply(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  gzip: boolean,
  graceMs = 30_000,
): Promise<void> {
  const { status, body, headers, compress } = shape(request, reply, gzip);
  const content = isStreamed(body) && request.method !== 'HEAD' ? await opened(body) : body;
  if (content === null) return writeReply(request, response, notFound, false);
  // Nobody waits for it any more.
  if (content instanceof Readable && response.destroyed) return void content.destroy();
  // Names and values in turn: the form that costs least to write.
  const lines: (string | number)[] = [];
  if (reply.type !== '') lines.push('Content-Type', reply.type);
  for (const [name, value] of Object.entries(reply.headers ?? noHeaders)) lines.push(name, value);
  for (const [name, value] of Object.entries(headers)) lines.push(name, value);
  const bytes = sizeOf(body);
  if (bytes > maxAtOnceBytes) cutSlowReader(response, bytes, graceMs);
  // What was not read of a body cannot be told from the next request.
  if (hasBody(request) && !request.complete) lines.push('Connection', 'close');
  if (compress) {
    lines.push('Content-Encoding', 'gzip');
    if (bytes > maxAtOnceBytes) await packSlowly(request, response.writeHead(status, lines), content);
    else {
      const packed = reply.packed?.() ?? gzipSync(content as Buffer | string, { level: 1 });
      lines.push('Content-Length', packed.length);
      send(request, response.writeHead(status, lines), packed, packed.length);
    }
    return;
  }
  if (status !== 304) lines.push('Content-Length', bytes);
  send(request, response.writeHead(status, lines), content, bytes);
}

type Shape = {
  readonly status: number;
  readonly body: Reply['body'];
  readonly headers: Readonly<Record<string, string>>;
  readonly compress: boolean;
};

const nothing = Buffer.alloc(0);
const noHeaders: Readonly<Record<string, string>> = {};

/** What is sent of a reply, and the headers that say so. */
function shape({ method, headers: asked }: IncomingMessage, reply: Reply, gzip: boolean): Shape {
  const { status, etag, ranges = false } = reply;
  if (etag === undefined || status !== 200)
    return { status, body: reply.body, headers: noHeaders, compress: gzip };

  const headers: Record<string, string> = {};
  const size = sizeOf(reply.body);
  const strong = `"${etag}"`;
  // A range is of a GET alone (RFC 9110 §14.2).
  const takesRange = ranges && method === 'GET' && isFresh(asked['if-range'] as string | undefined, strong);
  const range = takesRange ? asked.range : undefined;
  const part = parseByteRange(range, size);
  const compress = gzip && part === null;
  headers.ETag = compress ? `W/${strong}` : strong;
  if (ranges) headers['Accept-Ranges'] = 'bytes';
  if (matches(asked['if-none-match'], strong))
    return { status: 304, body: nothing, headers, compress: false };
  if (part === 'unsatisfiable') {
    headers['Content-Range'] = `bytes */${size}`;
    return { status: 416, body: nothing, headers, compress };
  }
  if (part === null) return { status, body: reply.body, headers, compress };
  headers['Content-Range'] = `bytes ${part.first}-${part.last}/${size}`;
  return { status: 206, body: partOf(reply.body, part), headers, compress };
}

function partOf(body: Reply['body'], { first, last }: ByteRange): Reply['body'] {
  if (!isStreamed(body)) return asBytes(body).subarray(first, last + 1);
  const open: StreamedBody['open'] = span =>
    body.open({ first: first + span.first, last: first + span.last });
  return { sizeBytes: last + 1 - first, open };
}

/** If-Range (RFC 9110 §13.1.5): a part only of the content that the client knows; a date is never ours. */
function isFresh(ifRange: string | undefined, strong: string): boolean {
  return ifRange === undefined || ifRange === strong;
}

/** If-None-Match compares weakly (RFC 9110 §13.1.2). */
function matches(ifNoneMatch: string | undefined, strong: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some(tag => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === strong);
}

/** What is written; nothing of a streamed body is, where only its headers are asked for. */
type Content = Buffer | string | Readable | StreamedBody;

function send(request: IncomingMessage, response: ServerResponse, body: Content, bytes: number): void {
  if (request.method === 'HEAD') response.end();
  // ASCII alone is the same bytes in Latin-1, which goes out with the headers and without a copy.
  else if (bytes <= maxAtOnceBytes && (typeof body === 'string' || Buffer.isBuffer(body)))
    response.end(body, bytes === body.length ? 'latin1' : 'utf8');
  // A client that went away is no failure: its connection is closed. Neither can what is not read to its end be mended.
  else pipeline(streamOf(body), response).catch(() => {});
}

async function packSlowly(request: IncomingMessage, response: ServerResponse, body: Content): Promise<void> {
  if (request.method === 'HEAD') response.end();
  else await pipeline(streamOf(body), createGzip({ level: 1 }), response).catch(() => {});
}

const isStreamed = (body: Reply['body']): body is StreamedBody => typeof body === 'object' && 'open' in body;

const sizeOf = (body: Reply['body']): number => (isStreamed(body) ? body.sizeBytes : Buffer.byteLength(body));

const asBytes = (body: Buffer | string): Buffer => (typeof body === 'string' ? Buffer.from(body) : body);

const opened = (body: StreamedBody): Promise<Readable | null> =>
  body.open({ first: 0, last: body.sizeBytes - 1 });

function streamOf(body: Content): Readable {
  if (body instanceof Readable) return body;
  const bytes = asBytes(body as Buffer | string);
  function* cut() {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  return Readable.from(cut());
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
