import { createHash } from 'node:crypto';
import { type PartPlace, partPieces } from '../../mail/mail-parts.ts';
import type { MailRow } from '../../mail/row.ts';
import type { ByteSpan } from '../../store/store.ts';
import { streamPieces } from '../../store/stream-span.ts';
import { mayMark } from '../admission.ts';
import { markRead, withMessage } from '../find-message.ts';
import type { InboxRequest } from '../inbox-request.ts';
import { largePart } from '../large-parts.ts';
import { jsonText, notFound, type Reply, type StreamedBody } from '../reply.ts';

/** `GET api/v1/message/{id}`: marks the mail read, unless `?peek=1`. */
export function getMessage(request: InboxRequest): Promise<Reply> {
  return withMessage(request, idOf(request), async ({ row, raw }) => {
    const json = await request.mailJob('describe-mail', row.sizeBytes, async () => ({
      row,
      raw: await raw(),
    }));
    // Behind the look, which would wait until the mark is safe.
    if (mayMark(request) && request.query.get('peek') !== '1') markRead(request, row);
    // A mail never changes, its tags do.
    return { ...jsonText(json), etag: row.tags.length === 0 ? row.id : `${row.id}-${shortHash(row.tags)}` };
  });
}

/** `GET api/v1/message/{id}/headers` */
export function getHeaders(request: InboxRequest): Promise<Reply> {
  return withMessage(request, idOf(request), async ({ row, raw }) =>
    jsonText(await request.mailJob('mail-headers', row.sizeBytes, async () => ({ raw: await raw() }))),
  );
}

/** `GET api/v1/message/{id}/raw`: `?dl=1` to be kept as a file. */
export function getRaw(request: InboxRequest): Promise<Reply> {
  return withMessage(request, idOf(request), async ({ row, raw }) => ({
    status: 200,
    type: 'text/plain; charset=utf-8',
    body: row.sizeBytes > streamedFromBytes ? rawBody(request, row) : await raw(),
    etag: row.id,
    ranges: true,
    headers:
      request.query.get('dl') === '1'
        ? { 'Content-Disposition': `attachment; filename="${row.id}.eml"` }
        : {},
  }));
}

/** Larger mail, and larger parts, are read while they are sent. */
const streamedFromBytes = 1024 * 1024;

function rawBody({ tenant }: InboxRequest, { id, sizeBytes }: MailRow): StreamedBody {
  return { sizeBytes, open: span => tenant.mailbox.rawStream(id, span) };
}

/** `GET api/v1/message/{id}/structure`: how the mail is made. */
export function getStructure(request: InboxRequest): Promise<Reply> {
  return withMessage(request, idOf(request), async ({ row, raw }) =>
    jsonText(await request.mailJob('mail-structure', row.sizeBytes, async () => ({ raw: await raw() }))),
  );
}

/** `GET api/v1/message/{id}/part/{partID}`: what is attached or inline, decoded. */
export function getPart(request: InboxRequest): Promise<Reply> {
  return withMessage(request, idOf(request), async ({ row, raw }) => {
    const id = request.params.part ?? '';
    const look = () => request.mailJob('mail-part', row.sizeBytes, async () => ({ raw: await raw(), id }));
    const isLarge = row.sizeBytes > streamedFromBytes;
    const part = await (isLarge ? largePart(request.tenant, `${row.id} ${id}`, look) : look());
    if (!part) return notFound;
    const { contentType, name, content, sizeBytes } = part;
    return {
      status: 200,
      type: /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(contentType) ? contentType : 'application/octet-stream',
      body:
        content instanceof Uint8Array
          ? Buffer.from(content.buffer, content.byteOffset, content.byteLength)
          : partBody(request, row, content, sizeBytes),
      etag: `${row.id}-${request.params.part}`,
      ranges: true,
      headers: {
        'Content-Disposition': `inline; ${fileNameParameter(name)}`,
        'X-Content-Type-Options': 'nosniff',
        ...(/html|xml|svg/.test(contentType) ? { 'Content-Security-Policy': activeContentPolicy } : {}),
      },
    };
  });
}

function partBody(
  { tenant }: InboxRequest,
  { id }: MailRow,
  place: PartPlace,
  sizeBytes: number,
): StreamedBody {
  return {
    sizeBytes,
    async open(span) {
      const encoded = await tenant.mailbox.rawStream(id, place);
      if (!encoded) return null;
      const pieces = streamPieces(piecesWithin(partPieces(encoded, place), span));
      return pieces.once('close', () => encoded.destroy());
    },
  };
}

/** What is decoded has no places but those that are counted from its start. */
async function* piecesWithin(
  pieces: AsyncIterable<Buffer>,
  { first, last }: ByteSpan,
): AsyncIterable<Buffer> {
  let at = 0;
  for await (const piece of pieces) {
    const wanted = piece.subarray(Math.max(0, first - at), Math.max(0, last + 1 - at));
    at += piece.length;
    if (wanted.length > 0) yield wanted;
    if (at > last) return;
  }
  throw new Error('the part is shorter than it was');
}

/** For what a browser would run: nothing of it may. */
const activeContentPolicy =
  "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'";

/** A file name that cannot leave its header (RFC 8187), besides the form that Mailpit's clients know. */
function fileNameParameter(name: string): string {
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `filename="${encoded}"; filename*=UTF-8''${encoded}`;
}

function idOf({ params }: InboxRequest): string {
  return params.id ?? '';
}

function shortHash(tags: readonly string[]): string {
  return createHash('sha1').update(tags.join('\n')).digest('base64url').slice(0, 10);
}
