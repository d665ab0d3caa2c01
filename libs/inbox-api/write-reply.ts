import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { parseByteRange } from './byte-range.ts';
import type { Reply } from './reply.ts';
import { cutSlowReader } from './slow-reader.ts';

/** Up to here a body is compressed at once, which takes a millisecond or two; a larger one goes in pieces. */
const maxAtOnceBytes = 256 * 1024;

/** A larger body is given to the socket as fast as the client takes it. */
const pieceBytes = 64 * 1024;

/**
 * Writes an answer: whole, a part of it, or only that nothing has changed; compressed where `gzip` allows it. A large one
 * has `graceMs` to go out, and the time that the slowest line takes for it.
 */
export function writeReply(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  gzip: boolean,
  graceMs = 30_000,
): void {
  const whole = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
  const { status, body, headers, compress } = shape(request, reply, whole, gzip);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (body.length > maxAtOnceBytes) cutSlowReader(response, body.length, graceMs);
  // What was not read of a body cannot be told from the next request.
  if (hasBody(request) && !request.complete) response.setHeader('Connection', 'close');
  if (compress) response.setHeader('Content-Encoding', 'gzip');
  if (!compress) {
    if (status !== 304) response.setHeader('Content-Length', body.length);
    response.writeHead(status);
    send(request, response, body);
  } else if (body.length <= maxAtOnceBytes) {
    const packed = reply.packed?.() ?? gzipSync(body, { level: 1 });
    response.setHeader('Content-Length', packed.length);
    response.writeHead(status);
    send(request, response, packed);
  } else {
    response.writeHead(status);
    if (request.method === 'HEAD') response.end();
    // A client that went away is no failure: its connection is closed.
    else pipeline(pieces(body), createGzip({ level: 1 }), response).catch(() => {});
  }
}

type Shape = {
  readonly status: number;
  readonly body: Buffer;
  readonly headers: Record<string, string>;
  readonly compress: boolean;
};

const nothing = Buffer.alloc(0);

function shape({ headers: asked }: IncomingMessage, reply: Reply, whole: Buffer, gzip: boolean): Shape {
  const { status, type, etag, ranges = false } = reply;
  const headers: Record<string, string> = {
    ...(type === '' ? {} : { 'Content-Type': type }),
    ...reply.headers,
  };
  if (etag === undefined || status !== 200) return { status, body: whole, headers, compress: gzip };

  const strong = `"${etag}"`;
  const range = ranges && isFresh(asked['if-range'] as string | undefined, strong) ? asked.range : undefined;
  const part = parseByteRange(range, whole.length);
  const compress = gzip && part === null;
  headers.ETag = compress ? `W/${strong}` : strong;
  if (ranges) headers['Accept-Ranges'] = 'bytes';
  if (matches(asked['if-none-match'], strong))
    return { status: 304, body: nothing, headers, compress: false };
  if (part === 'unsatisfiable') {
    return {
      status: 416,
      body: nothing,
      headers: { ...headers, 'Content-Range': `bytes */${whole.length}` },
      compress,
    };
  }
  if (part === null) return { status, body: whole, headers, compress };
  const { first, last } = part;
  headers['Content-Range'] = `bytes ${first}-${last}/${whole.length}`;
  return { status: 206, body: whole.subarray(first, last + 1), headers, compress };
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

function send(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  if (request.method === 'HEAD') response.end();
  else if (body.length <= maxAtOnceBytes) response.end(body);
  // A client that went away is no failure: its connection is closed.
  else pipeline(pieces(body), response).catch(() => {});
}

function pieces(body: Buffer): Readable {
  function* cut() {
    for (let at = 0; at < body.length; at += pieceBytes) yield body.subarray(at, at + pieceBytes);
  }
  return Readable.from(cut());
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
