import type { IncomingMessage } from 'node:http';
import { BodyTooLarge } from './inbox-request.ts';

/**
 * What is read and dropped of a body that is too large: a client that is still writing when its connection is closed
 * never reads why.
 */
const maxDroppedBytes = 16 * 1024 * 1024;

/** All of a request's body, whatever its Content-Type says. Throws {@link BodyTooLarge}. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  let chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else chunks = [];
    if (bytes > maxBytes + maxDroppedBytes) break;
  }
  if (bytes > maxBytes) throw new BodyTooLarge();
  return Buffer.concat(chunks);
}
