import { type MailRow, renderRow, toJson } from '../../mail/row.ts';
import { matchesQuery } from '../../mail/search-match.ts';
import type { SearchQuery } from '../../mail/search-query.ts';
import type { Mailbox } from '../../store/store.ts';
import type { Changes } from '../change-log.ts';
import { withMessage } from '../find-message.ts';
import type { InboxRequest } from '../inbox-request.ts';
import { readSearch } from '../read-search.ts';
import { badRequest, jsonText, messageNotFound, type Reply } from '../reply.ts';
import { zoneOf } from '../time-zone.ts';

/** `GET api/v1/changes?since=`: what happened to the mailbox since a cursor; `Reset`: read your lists anew. */
export async function getChanges({ tenant, query, hub }: InboxRequest): Promise<Reply> {
  const { cursor, added, updated, deleted, reset } = hub.changesSince(query.get('since') ?? '');
  const [fresh, changed] = await Promise.all([
    rowsOf(tenant.mailbox, added),
    rowsOf(tenant.mailbox, updated),
  ]);
  const states = changed.map(({ id, read, tags }) => toJson({ ID: id, Read: read, Tags: tags }));
  return jsonText(
    `{"Cursor":"${cursor}","New":[${fresh.map(renderRow).join(',')}],"Updated":[${states.join(',')}],` +
      `"Deleted":${toJson(deleted)},"Reset":${reset}}`,
  );
}

/**
 * `GET api/v1/wait`: the newest mail that `query` finds, above `since` (a cursor, or a mail's id) where that is given;
 * when there is none, the first that arrives within `timeout` seconds. Not marked read.
 */
export async function waitForMessage(request: InboxRequest): Promise<Reply> {
  const { query, hub } = request;
  const text = query.get('query')?.trim() ?? '';
  const search = readSearch(text, zoneOf(query));
  if (text !== '' && search.terms.length === 0)
    return badRequest('Error: nothing of the search query could be read');
  const seconds = query.get('timeout') || '30';
  if (!/^\d+(\.\d+)?$/.test(seconds)) return badRequest(`Error: not a number of seconds: ${seconds}`);
  const timeoutMs = Math.min(Number(seconds), 120) * 1000;
  request.allowSilence(timeoutMs);

  // Listens first, so that nothing arrives unseen between the look and the wait.
  const arrival = arrivalOf(request, search, timeoutMs);
  try {
    const since = query.get('since');
    const row = await request.atLength(() =>
      since === null ? newest(request, search) : newestSince(request, search, since, hub.changesSince(since)),
    );
    if (row === 'unknown') return badRequest(`Error: unknown since: ${since}`);
    const id = row?.id ?? (await arrival.id);
    if (id === null) return messageNotFound;
    return await withMessage(
      request,
      id,
      async ({ row, raw }) =>
        jsonText(
          await request.mailJob('describe-mail', row.sizeBytes, async () => ({ row, raw: await raw() })),
        ),
      messageNotFound,
    );
  } finally {
    arrival.stop();
  }
}

type Asked = Pick<InboxRequest, 'tenant' | 'unlessGone'>;

async function newest({ tenant, unlessGone: goOn }: Asked, query: SearchQuery): Promise<MailRow | null> {
  const { rows } = await tenant.mailbox.search({ query, start: 0, limit: 1, count: false, goOn });
  return rows[0] ?? null;
}

/** Of many mails that came since, as many are looked at. */
const maxLater = 1_000;

/** The newest match that came after a cursor or a mail; `unknown`: there is neither. */
async function newestSince(
  { tenant: { mailbox }, unlessGone: goOn }: Asked,
  query: SearchQuery,
  since: string,
  { added, reset }: Changes,
): Promise<MailRow | null | 'unknown'> {
  const known = reset ? await mailbox.find(since) : null;
  if (reset && !known) return 'unknown';
  const later = known ? [known] : await rowsOf(mailbox, added);
  if (later.length === 0) return null;
  // Only what is as new as they are is looked through.
  const fromMs = later.reduce(
    (least, { createdAtMs }) => Math.min(least, createdAtMs),
    Number.MAX_SAFE_INTEGER,
  );
  const terms = [...query.terms, { kind: 'created', fromMs, toMs: Number.MAX_SAFE_INTEGER } as const];
  const { rows } = await mailbox.search({ query: { terms }, start: 0, limit: maxLater, count: false, goOn });
  const ids = new Set(added);
  return rows.find(row => (known ? row.number > known.number : ids.has(row.id))) ?? null;
}

async function rowsOf(mailbox: Mailbox, ids: readonly string[]): Promise<MailRow[]> {
  const rows = await Promise.all(ids.map(id => mailbox.find(id)));
  return rows.filter(row => row !== null);
}

/** The id of the first mail that arrives and matches; null when time is up, the client is gone or the tenant ends. */
function arrivalOf(
  { tenant, hub, whenGone }: InboxRequest,
  query: SearchQuery,
  timeoutMs: number,
): { id: Promise<string | null>; stop: () => void } {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const timer = setTimeout(() => resolve(null), timeoutMs);
  const unsubscribe = tenant.events.subscribe(event => {
    if (event.kind !== 'new') return;
    if (matchesQuery(query, event.row, () => event.searchText)) resolve(event.row.id);
  });
  const stop = () => {
    clearTimeout(timer);
    unsubscribe();
    stayOpen();
    resolve(null);
  };
  const stayOpen = hub.whenClosed(stop);
  whenGone(stop);
  return { id: promise, stop };
}
