import type { InboxRequest } from '../inbox-request.ts';
import { parseBody } from '../json-body.ts';
import { ok, type Reply } from '../reply.ts';

/** `DELETE api/v1/messages`: the mails of `IDs`; without a body, with `{}` or an empty list all. */
export async function deleteMessages({ tenant, body }: InboxRequest): Promise<Reply> {
  const text = await body();
  const { IDs: ids = [] } = text.trim() === '' ? {} : parseBody(text, { IDs: '[]string' });
  if (ids.length > 0) {
    const removed = await tenant.mailbox.remove(ids);
    if (removed.length > 0) tenant.events.publish({ kind: 'removed', ids: removed });
  } else {
    const removed = await tenant.mailbox.remove('all');
    tenant.events.publish({ kind: 'truncated', count: removed.length });
  }
  return ok;
}
