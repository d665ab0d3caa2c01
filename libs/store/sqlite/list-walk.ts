import type { MailRow } from '../../mail/row.ts';
import type { SearchQuery } from '../../mail/search-query.ts';
import type { GoOn, ListRequest, SearchRequest, SearchResult, TimeCount } from '../store.ts';
import { type ListMark, type ListMarks, topMark } from './list-marks.ts';
import { type ListKey, type MailTable, type Match, topKey } from './mail-table.ts';
import { type SqlCondition, searchCondition } from './sqlite-search.ts';

/** Rows that one statement may take without holding the event loop. */
const rowsAtOnce = 500;
/** Slices grow and shrink until looking through one takes about this long. */
const sliceMs = 3;
const sliceRows = { first: 200, most: 5000, growth: 8 };

const bottom: ListKey = [Number.NEGATIVE_INFINITY, 0];

const isUnread = { kind: 'read', negated: true } as const;

const isLong = (limit: number) => limit === 0 || limit > rowsAtOnce;

function searchFor(request: ListRequest, unread: boolean): SearchRequest {
  return { ...request, query: { terms: unread ? [isUnread] : [] }, count: false };
}

/** As {@link SearchResult}, with rows of any form. */
type Found<Row> = Omit<SearchResult, 'rows'> & { readonly rows: readonly Row[] };

/** SQLite takes what is no whole number of 64 bits for a fault. */
const startOf = ({ start }: ListRequest) => Math.min(start, Number.MAX_SAFE_INTEGER);

/** Walks down the list of a mailbox, newest first, in slices between which others run. */
export class ListWalk {
  readonly #mails: MailTable;
  readonly #marks: ListMarks;
  readonly #nextTurn: () => Promise<void>;

  constructor(mails: MailTable, marks: ListMarks, nextTurn: () => Promise<void>) {
    this.#mails = mails;
    this.#marks = marks;
    this.#nextTurn = nextTurn;
  }

  /** All mails, or those that are unread. */
  async list(request: ListRequest, unread = false): Promise<readonly MailRow[]> {
    const { limit } = request;
    const start = startOf(request);
    if (isLong(limit)) return (await this.search(searchFor(request, unread))).rows;
    const { key, above } = this.#place(request, unread);
    return this.#mails.listBelow(key, start - above, limit, unread);
  }

  /** As {@link list}, as it is shown. */
  shown(request: ListRequest, unread = false): readonly string[] | Promise<readonly string[]> {
    const { limit } = request;
    const start = startOf(request);
    if (isLong(limit)) return this.searchShown(searchFor(request, unread)).then(({ rows }) => rows);
    const { key, above } = this.#place(request, unread);
    return this.#mails.shownBelow(key, start - above, limit, unread);
  }

  /** A known place from which on to look for what is wanted of a list. */
  #place(request: ListRequest, unread: boolean): ListMark {
    const { beforeMs } = request;
    if (beforeMs !== undefined) return { key: [beforeMs, 0], above: 0 };
    return unread
      ? topMark
      : this.#marks.near(startOf(request), (from, steps) => this.#mails.keyBelow(from, steps));
  }

  /** How many mails stand above a place in the order of lists. */
  countAbove(place: ListKey): number {
    const { key, above } = this.#marks.over(place);
    return above + this.#mails.countBetween(key, place);
  }

  search(request: SearchRequest): Promise<SearchResult> {
    return this.#search(request, number => this.#mails.byNumber(number));
  }

  searchShown(request: SearchRequest): Promise<Found<string>> {
    return this.#search(request, number => this.#mails.shown(number));
  }

  async #search<Row>(
    { query, start, limit, beforeMs, count, goOn }: SearchRequest,
    rowOf: (number: number) => Row | null,
  ): Promise<Found<Row>> {
    const rows: Row[] = [];
    const end = limit === 0 ? Number.POSITIVE_INFINITY : start + limit;
    let [place, total, unread] = [0, 0, 0];
    const condition = searchCondition(query);
    const look = (above: ListKey, lowest: ListKey): readonly Match[] | null => {
      if (place < end) return this.#mails.matches(above, lowest, condition);
      // Behind the last row that is wanted only numbers are.
      const counted = this.#mails.countMatches(above, lowest, condition);
      if (!counted) return null;
      total += counted[0];
      unread += counted[1];
      return [];
    };
    for await (const matches of this.#slices(look, condition, goOn)) {
      for (const { key, read } of matches) {
        total += 1;
        if (!read) unread += 1;
        if (key[0] >= (beforeMs ?? Number.POSITIVE_INFINITY)) continue;
        const row = place >= start && place < end ? rowOf(key[1]) : null;
        if (row) rows.push(row);
        place += 1;
      }
      if (!count && place >= end) break;
    }
    return count ? { rows, total, unread } : { rows, total: 0, unread: 0 };
  }

  async match(query: SearchQuery, goOn?: GoOn): Promise<readonly string[]> {
    const ids: string[] = [];
    const condition = searchCondition(query);
    const look = (above: ListKey, lowest: ListKey) => this.#mails.matches(above, lowest, condition);
    for await (const matches of this.#slices(look, condition, goOn))
      for (const { id } of matches) ids.push(id);
    return ids;
  }

  async timeCounts(spanMs: number, goOn?: GoOn): Promise<readonly TimeCount[]> {
    const counts: TimeCount[] = [];
    const look = (above: ListKey, lowest: ListKey) => this.#mails.timeCounts(above, lowest, spanMs);
    for await (const slice of this.#slices(look, { unreadOnly: false }, goOn)) {
      const last = counts.at(-1);
      const [first, ...more] = slice;
      // A span that goes on in the next slice.
      if (first && first.fromMs === last?.fromMs) {
        counts.splice(-1, 1, { fromMs: first.fromMs, count: last.count + first.count }, ...more);
      } else counts.push(...slice);
    }
    return counts;
  }

  async *#slices<Seen>(
    look: (above: ListKey, lowest: ListKey) => Seen | null,
    { unreadOnly }: Pick<SqlCondition, 'unreadOnly'>,
    goOn: GoOn = () => {},
  ): AsyncIterable<Seen> {
    let count = sliceRows.first;
    for (let above: ListKey | null = topKey; above; ) {
      const startedAtMs = performance.now();
      const lowest: ListKey | null = this.#mails.keyBelow(above, count, unreadOnly);
      const seen = look(above, lowest ?? bottom);
      if (seen !== null) yield seen;
      const tookMs = performance.now() - startedAtMs;
      const fitting = Math.round((count * sliceMs) / tookMs);
      // What was too much is looked at again in smaller pieces.
      count = seen === null ? count >> 2 : Math.min(fitting, count * sliceRows.growth, sliceRows.most);
      count = Math.max(count, 1);
      if (seen !== null) above = lowest;
      if (!above) return;
      await this.#nextTurn();
      goOn();
    }
  }
}
