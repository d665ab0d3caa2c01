import { MpctlError } from '../base/error.ts';
import type { MailRow } from '../mail/row.ts';
import type { InboxRequest } from './inbox-request.ts';
import { readSearch } from './read-search.ts';
import { messageNotFound, notFound, type Reply } from './reply.ts';
import { zoneOf } from './time-zone.ts';

/** `raw` is read when it is asked for: of a large mail it should not be in memory for longer than it is needed. */
export type Found = { readonly row: MailRow; readonly raw: () => Promise<Buffer> };

/** The mail was removed while it was being looked at. */
class MailGone extends Error {}

/**
 * The mail that a request names: an id, `latest`, or `latest` of those that `?query=` finds. Runs `answer` with it, or
 * answers that there is none: `missing` where an id is unknown.
 */
export async function withMessage(
  request: InboxRequest,
  id: string,
  answer: (found: Found) => Promise<Reply> | Reply,
  missing: Reply = notFound,
): Promise<Reply> {
  const row = await findRow(request, id);
  try {
    if (row) return await answer({ row, raw: () => rawOf(request, row) });
  } catch (error) {
    if (!(error instanceof MailGone)) throw error;
  }
  return id === 'latest' ? messageNotFound : missing;
}

async function rawOf({ tenant }: InboxRequest, { id }: MailRow): Promise<Buffer> {
  const raw = await tenant.mailbox.raw(id);
  if (!raw) throw new MailGone();
  return raw;
}

/** The row of an id, of `latest`, or of the newest that `?query=` finds. */
export async function findRow(request: InboxRequest, id: string): Promise<MailRow | null> {
  const { tenant, query, atLength, unlessGone: goOn } = request;
  const search = query.get('query')?.trim() ?? '';
  if (id !== 'latest' || search === '') return tenant.mailbox.find(id);
  const wanted = { query: readSearch(search, zoneOf(query)), start: 0, limit: 1, count: false, goOn };
  const { rows } = await atLength(() => tenant.mailbox.search(wanted));
  return rows[0] ?? null;
}

/**
 * Marks a mail read that somebody looks at. Nobody waits for the disk: whoever looks next sees the mark, and one that a
 * crash takes away is made again.
 */
export function markRead({ tenant }: InboxRequest, row: MailRow): void {
  if (row.read) return;
  void tenant.mailbox.setRead([row.id], true).then(
    ids => {
      if (ids.length > 0) tenant.events.publish({ kind: 'read', ids, read: true });
    },
    error => {
      // The mail can be read all the same; the mailbox's owner hears of it with the next mail.
      if (!(error instanceof MpctlError)) throw error;
    },
  );
}
