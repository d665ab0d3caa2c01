import { toJson } from '../../mail/row.ts';
import { parseSearchDate } from '../../mail/search-date.ts';
import type { SearchQuery } from '../../mail/search-query.ts';
import type { Mailbox, MailPage } from '../../store/store.ts';
import type { InboxRequest } from '../inbox-request.ts';
import { readNumber } from '../page-numbers.ts';
import { readSearch } from '../read-search.ts';
import { readWish } from '../read-wish.ts';
import { badRequest, jsonText, messageNotFound, ok, type Reply } from '../reply.ts';
import { localZone, zoneOf } from '../time-zone.ts';

/**
 * `GET api/v1/messages`: newest first; a `limit` of 0 is all of them, whatever `start` says. `around=` (an id) is the page
 * with this mail in its middle, `at=` (a time) the one that begins with the newest mail not after it.
 */
export function listMessages(request: ListAsked): Promise<Reply> {
  const limit = readNumber(request.query.get('limit'), 0, 50);
  const isLong = limit === 0 || limit > shortRows;
  return isLong ? request.atLength(() => list(request, limit)) : list(request, limit);
}

type ListAsked = Pick<InboxRequest, 'tenant' | 'query' | 'atLength' | 'nextTurn' | 'unlessGone'>;

/** A list of so many rows takes a moment, a longer one more than that. */
const shortRows = 500;

async function list(request: ListAsked, limit: number): Promise<Reply> {
  const { tenant, query, unlessGone: goOn } = request;
  const { mailbox } = tenant;
  const start = await startOf(mailbox, query, limit);
  if (typeof start !== 'number') return start;
  const page = await mailbox.page({ start: limit === 0 ? 0 : start, limit, goOn, ...before(query) });
  return renderPage(page, start, request);
}

/** `PUT api/v1/messages`: marks those of `IDs`, or those that `Search` finds, or all. */
export async function markMessages(request: InboxRequest): Promise<Reply> {
  const { tenant, query } = request;
  const wish = await readWish(
    request,
    { Read: 'bool', IDs: ['string'], Search: 'string' },
    { everything: { unless: ['IDs', 'Search'], byNull: true } },
  );
  const { Read: read = false, IDs: ids = [], Search: search = '' } = wish;
  if (ids.length > 0 && search !== '') {
    return badRequest('You may specify either IDs or a search query, not both');
  }
  const { mailbox, events } = tenant;
  if (search.trim() !== '') {
    const parsed = readSearch(search, zoneOf(query));
    if (parsed.terms.length === 0) return unreadable;
    const changed = await mailbox.setRead(
      await request.atLength(() => mailbox.match(parsed, request.unlessGone)),
      read,
    );
    if (changed.length > 0) events.publish({ kind: 'read', ids: changed, read });
  } else if (ids.length > 0) {
    const changed = await mailbox.setRead(ids, read);
    if (changed.length > 0) events.publish({ kind: 'read', ids: changed, read });
  } else {
    events.publish({ kind: 'read', ids: await mailbox.setRead('all', read), read, all: true });
  }
  return ok;
}

/** `DELETE api/v1/messages`: the mails of `IDs`; without a body, with `{}` or an empty list all. */
export async function deleteMessages(request: InboxRequest): Promise<Reply> {
  const { IDs: ids = [] } = await readWish(
    request,
    { IDs: ['string'] },
    { nothing: {}, everything: { unless: ['IDs'], byNull: false } },
  );
  const { mailbox, events } = request.tenant;
  if (ids.length === 0) {
    events.publish({ kind: 'truncated', count: (await mailbox.remove('all')).length });
  } else {
    const removed = await mailbox.remove(ids);
    if (removed.length > 0) events.publish({ kind: 'removed', ids: removed });
  }
  return ok;
}

/**
 * `GET api/v1/search`: as a list, of what `query` finds; here a `limit` of 0 is none. `around=` (an id) is the page with this
 * mail in its middle.
 */
export async function searchMessages(request: InboxRequest): Promise<Reply> {
  const text = request.query.get('query')?.trim() ?? '';
  if (text === '') return noQuery;
  const search = readSearch(text, zoneOf(request.query));
  return request.atLength(() => find(request, search));
}

async function find(request: InboxRequest, search: SearchQuery): Promise<Reply> {
  const { tenant, query, unlessGone: goOn } = request;
  const limit = readNumber(query.get('limit'), 0, 50);
  const { mailbox } = tenant;
  const around = query.get('around') || null;
  const place = around === null ? -1 : (await mailbox.match(search, goOn)).indexOf(around);
  if (around !== null && place < 0) return messageNotFound;
  const start =
    around === null ? readNumber(query.get('start'), 0, 0) : Math.max(0, place - Math.floor(limit / 2));
  const wanted = { query: search, start, limit: Math.max(1, limit), goOn, ...before(query) };
  const page = await mailbox.page(wanted);
  return renderPage(limit === 0 ? { ...page, rows: [] } : page, start, request);
}

/** `DELETE api/v1/search` */
export async function deleteBySearch({ tenant, query, atLength, unlessGone }: InboxRequest): Promise<Reply> {
  const text = query.get('query')?.trim() ?? '';
  if (text === '') return noQuery;
  const parsed = readSearch(text, zoneOf(query));
  if (parsed.terms.length === 0) return unreadable;
  const { mailbox, events } = tenant;
  const removed = await mailbox.remove(await atLength(() => mailbox.match(parsed, unlessGone)));
  if (removed.length > 0) events.publish({ kind: 'removed', ids: removed, bySearch: true });
  return ok;
}

/** Where the page begins that a client asks for, or why there is none. */
async function startOf(mailbox: Mailbox, query: URLSearchParams, limit: number): Promise<number | Reply> {
  const around = query.get('around') || null;
  if (around !== null) {
    const offset = await mailbox.offsetOf(around);
    return offset === null ? messageNotFound : Math.max(0, offset - Math.floor(limit / 2));
  }
  const at = query.get('at') || null;
  if (at === null) return readNumber(query.get('start'), 0, 0);
  const atMs = parseSearchDate(at, zoneOf(query));
  return atMs === null ? badRequest(`Error: not a time: ${at}`) : mailbox.countAfter(atMs);
}

const noQuery = badRequest('Error: no search query');

/** Nobody means all mails by a date that is none. */
const unreadable = badRequest('Error: nothing of the search query could be read');

function before(query: URLSearchParams): { beforeMs?: number } {
  const text = query.get('before') ?? '';
  const beforeMs = text === '' ? null : parseSearchDate(text, localZone);
  return beforeMs === null ? {} : { beforeMs };
}

/** As many rows are written without a break. */
const rowsAtOnce = 1_000;

/** A `MessagesSummary`, its rows as the mailbox has them. */
function renderPage(
  { rows, counts, matches, tags }: MailPage,
  start: number,
  asked: Pick<InboxRequest, 'nextTurn' | 'unlessGone'>,
): Reply | Promise<Reply> {
  const names = tags.length === 0 ? '[]' : toJson(tags.map(({ name }) => name));
  const head =
    `{"total":${counts.total},"unread":${counts.unread},"count":${rows.length},` +
    `"messages_count":${matches.total},"messages_unread":${matches.unread},"start":${start},` +
    `"tags":${names},"messages":[`;
  return rows.length > rowsAtOnce ? renderMany(head, rows, asked) : jsonText(`${head}${rows.join(',')}]}`);
}

/** In pieces, between which others are answered. */
async function renderMany(
  head: string,
  rows: readonly string[],
  { nextTurn, unlessGone }: Pick<InboxRequest, 'nextTurn' | 'unlessGone'>,
): Promise<Reply> {
  const pieces = [Buffer.from(head)];
  for (let at = 0; at < rows.length; at += rowsAtOnce) {
    pieces.push(Buffer.from(`${at === 0 ? '' : ','}${rows.slice(at, at + rowsAtOnce).join(',')}`));
    await nextTurn();
    unlessGone();
  }
  pieces.push(Buffer.from(']}\n'));
  return { status: 200, type: 'application/json', body: Buffer.concat(pieces) };
}
