import { createHash } from 'node:crypto';
import { rawHeaders } from '../../mail/mail-parts.ts';
import { toJson } from '../../mail/row.ts';
import { markRead, withMessage } from '../find-message.ts';
import { type InboxRequest, mayChange } from '../inbox-request.ts';
import { jsonText, notFound, type Reply } from '../reply.ts';

/** `GET api/v1/message/{id}`: marks the mail read, unless `?peek=1`. */
export function getMessage(request: InboxRequest): Promise<Reply> {
  return withMessage(request, idOf(request), async ({ row, raw }) => {
    if (mayChange(request) && request.query.get('peek') !== '1') markRead(request, row);
    const json = await request.mailJob('describe-mail', { row, raw });
    // A mail never changes, its tags do.
    return { ...jsonText(json), etag: row.tags.length === 0 ? row.id : `${row.id}-${shortHash(row.tags)}` };
  });
}

/** `GET api/v1/message/{id}/headers` */
export function getHeaders(request: InboxRequest): Promise<Reply> {
  return withMessage(request, idOf(request), ({ raw }) => jsonText(toJson(rawHeaders(raw))));
}

/** `GET api/v1/message/{id}/raw`: `?dl=1` to be kept as a file. */
export function getRaw(request: InboxRequest): Promise<Reply> {
  return withMessage(request, idOf(request), ({ row, raw }) => ({
    status: 200,
    type: 'text/plain; charset=utf-8',
    body: raw,
    etag: row.id,
    ranges: true,
    headers:
      request.query.get('dl') === '1'
        ? { 'Content-Disposition': `attachment; filename="${row.id}.eml"` }
        : {},
  }));
}

/** `GET api/v1/message/{id}/structure`: how the mail is made. */
export function getStructure(request: InboxRequest): Promise<Reply> {
  return withMessage(request, idOf(request), async ({ raw }) =>
    jsonText(await request.mailJob('mail-structure', { raw })),
  );
}

/** `GET api/v1/message/{id}/part/{partID}`: what is attached or inline, decoded. */
export function getPart(request: InboxRequest): Promise<Reply> {
  return withMessage(request, idOf(request), async ({ row, raw }) => {
    const part = await request.mailJob('mail-part', { raw, id: request.params.part ?? '' });
    if (!part) return notFound;
    const { contentType, name, content } = part;
    return {
      status: 200,
      type: /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(contentType) ? contentType : 'application/octet-stream',
      body: Buffer.from(content.buffer, content.byteOffset, content.byteLength),
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
