import type { MailRow } from '../../mail/row.ts';
import { renderRow, toJson } from '../../mail/row.ts';
import type { Counts } from '../../store/store.ts';
import type { InboxRequest } from '../inbox-request.ts';
import { readNumber } from '../page-numbers.ts';
import { jsonText, type Reply } from '../reply.ts';

/** `GET api/v1/messages`: newest first; a `limit` of 0 is all of them, whatever `start` says. */
export async function listMessages({ tenant, query }: InboxRequest): Promise<Reply> {
  const start = readNumber(query.get('start'), 0, 0);
  const limit = readNumber(query.get('limit'), 0, 50);
  const { mailbox } = tenant;
  const [rows, counts, tags] = await Promise.all([
    mailbox.list({ start: limit === 0 ? 0 : start, limit }),
    mailbox.counts(),
    mailbox.tags(),
  ]);
  return jsonText(
    renderSummary({ rows, counts, start, matches: counts, tags: tags.map(({ name }) => name) }),
  );
}

export type Summary = {
  readonly rows: readonly MailRow[];
  readonly counts: Pick<Counts, 'total' | 'unread'>;
  /** Of the mails that were asked for: all, or those that a search found. */
  readonly matches: Pick<Counts, 'total' | 'unread'>;
  readonly start: number;
  readonly tags: readonly string[];
};

/** A `MessagesSummary`, its rows spliced in as they are stored. */
export function renderSummary({ rows, counts, matches, start, tags }: Summary): string {
  return (
    `{"total":${counts.total},"unread":${counts.unread},"count":${rows.length},` +
    `"messages_count":${matches.total},"messages_unread":${matches.unread},"start":${start},` +
    `"tags":${toJson(tags)},"messages":[${rows.map(renderRow).join(',')}]}`
  );
}
