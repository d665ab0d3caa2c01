import { describeMail } from '../../mail/mail-message.ts';
import { type MailRow, toJson } from '../../mail/row.ts';
import { type InboxRequest, mayChange } from '../inbox-request.ts';
import { jsonText, messageNotFound, notFound, type Reply } from '../reply.ts';

/** A message of the path: its row and bytes, or the answer that there is none. */
async function findMessage({ tenant, params }: InboxRequest): Promise<{ row: MailRow; raw: Buffer } | Reply> {
  const id = params.id ?? '';
  const row = await tenant.mailbox.find(id);
  const raw = row && (await tenant.mailbox.raw(row.id));
  if (row && raw) return { row, raw };
  return id === 'latest' ? messageNotFound : notFound;
}

/** `GET api/v1/message/{id}`: marks the mail read. */
export async function getMessage(request: InboxRequest): Promise<Reply> {
  const found = await findMessage(request);
  if ('status' in found) return found;
  const { tenant } = request;
  if (mayChange(request) && !found.row.read) {
    const ids = await tenant.mailbox.setRead([found.row.id], true);
    if (ids.length > 0) tenant.events.publish({ kind: 'read', ids, read: true });
  }
  return jsonText(toJson(describeMail(found.row, found.raw)));
}

/** `GET api/v1/message/{id}/raw` */
export async function getRaw(request: InboxRequest): Promise<Reply> {
  const found = await findMessage(request);
  if ('status' in found) return found;
  return {
    status: 200,
    type: 'text/plain; charset=utf-8',
    body: found.raw,
    etag: `${found.row.id}.eml`,
    ranges: true,
    headers:
      request.query.get('dl') === '1'
        ? { 'Content-Disposition': `attachment; filename="${found.row.id}.eml"` }
        : {},
  };
}
