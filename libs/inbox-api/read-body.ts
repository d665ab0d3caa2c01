import type { IncomingMessage } from 'node:http';
import type { Hold } from './held-bytes.ts';
import { BodyTooLarge } from './inbox-request.ts';

/**
 * What is read and dropped of a body that is too large: a client that is still writing when its connection is closed
 * never reads why.
 */
const maxDroppedBytes = 16 * 1024 * 1024;

/** Room for a body is taken in such portions, as it comes; the first is free. */
const portionBytes = 64 * 1024;

/** All of a request's body, whatever its Content-Type says. Throws {@link BodyTooLarge}, and what `hold` throws. */
export async function readBody(request: IncomingMessage, maxBytes: number, hold: Hold): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes + maxDroppedBytes) throw new BodyTooLarge();
  let chunks: Buffer[] = [];
  let [bytes, heldBytes] = [0, portionBytes];
  let refusal: unknown = null;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) refusal ??= new BodyTooLarge();
    try {
      for (; heldBytes < bytes && refusal === null; heldBytes += portionBytes) hold(portionBytes);
    } catch (error) {
      refusal = error;
    }
    if (refusal === null) chunks.push(chunk);
    else chunks = [];
    if (bytes > maxBytes + maxDroppedBytes) break;
  }
  if (refusal !== null) throw refusal;
  return Buffer.concat(chunks);
}
