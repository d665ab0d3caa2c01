/**
 * A list of any length of which only some rows are known. Rows are kept by their rank from the *oldest*: a new mail on
 * top then moves nobody, so a list that is being read stands still by itself.
 */
export type Row = { readonly ID: string; readonly Read: boolean; readonly Tags: readonly string[] };

export type RowWindow<R extends Row> = {
  /** How many rows there are. */
  readonly total: number;
  /** rank (0 is the oldest) → row */
  readonly rows: ReadonlyMap<number, R>;
};

export function emptyWindow<R extends Row>(): RowWindow<R> {
  return { total: 0, rows: new Map() };
}

/** The row at an offset from the newest; undefined while it is not known. */
export function rowAt<R extends Row>(list: RowWindow<R>, offset: number): R | undefined {
  return list.rows.get(list.total - 1 - offset);
}

/** Offset from the newest of a known row; -1 when it is not known. */
export function offsetOf<R extends Row>(list: RowWindow<R>, id: string): number {
  for (const [rank, row] of list.rows) if (row.ID === id) return list.total - 1 - rank;
  return -1;
}

/** What a page of the API brought: rows from `start`, newest first, of a list that is now `total` long. */
export function withPage<R extends Row>(
  list: RowWindow<R>,
  start: number,
  page: readonly R[],
  total: number,
): RowWindow<R> {
  // A total that differs by more than what events told means that rows went or came unseen: their ranks are not sure.
  const rows = total === list.total ? new Map(list.rows) : new Map<number, R>();
  page.forEach((row, i) => {
    rows.set(total - 1 - start - i, row);
  });
  return { total, rows };
}

/** New mail on top, the newest last. */
export function withNew<R extends Row>(list: RowWindow<R>, arrived: readonly R[]): RowWindow<R> {
  const rows = new Map(list.rows);
  let total = list.total;
  for (const row of arrived) rows.set(total++, row);
  return { total, rows };
}

/** A change of read state or tags; a row that is not known changes nothing. */
export function withUpdate<R extends Row>(
  list: RowWindow<R>,
  id: string,
  change: { readonly Read?: boolean; readonly Tags?: readonly string[] },
): RowWindow<R> {
  for (const [rank, row] of list.rows) {
    if (row.ID === id) return { ...list, rows: new Map(list.rows).set(rank, { ...row, ...change }) };
  }
  return list;
}

/** Without these mails. One that is not known had some rank all the same, so only rows above all doubt stay known. */
export function without<R extends Row>(list: RowWindow<R>, ids: ReadonlySet<string>): RowWindow<R> {
  const gone: number[] = [];
  for (const [rank, row] of list.rows) if (ids.has(row.ID)) gone.push(rank);
  const total = Math.max(0, list.total - ids.size);
  if (gone.length < ids.size) return { total, rows: new Map() };
  gone.sort((a, b) => a - b);
  const rows = new Map<number, R>();
  for (const [rank, row] of list.rows) {
    if (ids.has(row.ID)) continue;
    rows.set(rank - countBelow(gone, rank), row);
  }
  return { total, rows };
}

function countBelow(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The pages of `pageSize` rows that must be fetched to know every row of a range; empty when all are known. */
export function missingPages<R extends Row>(
  list: RowWindow<R>,
  from: number,
  to: number,
  pageSize: number,
): number[] {
  const pages = new Set<number>();
  for (let offset = Math.max(0, from); offset < Math.min(to, list.total); offset++) {
    if (rowAt(list, offset) === undefined) pages.add(Math.floor(offset / pageSize) * pageSize);
  }
  return [...pages];
}
