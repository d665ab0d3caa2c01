import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { ApiError } from './api.ts';
import type { Page, Summary } from './api-shapes.ts';
import {
  emptyWindow,
  missingPages,
  offsetOf,
  type RowWindow,
  rowAt,
  withNew,
  without,
  withPage,
  withUpdate,
} from './row-window.ts';

/** What {@link MailList.error} says when nothing could be asked. */
export const unreachable = 'unreachable';

/** Rows of one request. */
export const pageSize = 50;

/** `start` is an offset, or the mail in the middle of the page. */
export type FetchPage = (
  query: string,
  start: number | { readonly around: string },
  limit: number,
  signal?: AbortSignal,
) => Promise<Page>;

/**
 * The list as the page shows it: all mail, or what a search found. Mail that arrives while one is not at the top waits
 * behind a pill (`pending`) and moves nothing; offsets of this class count from the newest row that is shown.
 */
export class MailList {
  readonly window: Signal<RowWindow<Summary>> = signal(emptyWindow());
  /** Newest rows that are not shown yet. */
  readonly pending: Signal<number> = signal(0);
  /** Rows that are shown. */
  readonly length: ReadonlySignal<number> = computed(() => this.window.value.total - this.pending.value);
  readonly query: Signal<string> = signal('');
  /** Of all rows, those that wait included. */
  readonly unread: Signal<number> = signal(0);
  /** Of the rows that are shown. One that waits and is not known counts as unread: new mail is. */
  readonly shownUnread: ReadonlySignal<number> = computed(() => {
    const { total, rows } = this.window.value;
    let waiting = 0;
    for (let rank = total - this.pending.value; rank < total; rank++) if (!rows.get(rank)?.Read) waiting++;
    return Math.max(0, Math.min(this.length.value, this.unread.value - waiting));
  });
  /** The mail that the keyboard is on; where it goes, the one that takes its place. Empty while it is on none. */
  readonly current: Signal<string> = signal('');
  readonly loaded: Signal<boolean> = signal(false);
  /** The server's own words about what went wrong with the list, e.g. an unreadable search. */
  readonly error: Signal<string> = signal('');
  /** Whether the list follows new mail: only while its top is in view. */
  following = true;
  /** Offsets of the rows that are in view: the first, and the one after the last. */
  readonly view: Signal<{ readonly from: number; readonly to: number }> = signal({ from: 0, to: 0 });
  readonly #fetchPage: FetchPage;
  readonly #loading = new Map<number, AbortController>();
  /** The first row in view. */
  #shownFrom = 0;

  constructor(fetchPage: FetchPage) {
    this.#fetchPage = fetchPage;
  }

  /** The row at an offset; undefined while it is not known. */
  row(offset: number): Summary | undefined {
    return rowAt(this.window.value, offset + this.pending.value);
  }

  /** A row by its mail, where it is known. */
  byId(id: string): Summary | undefined {
    const offset = offsetOf(this.window.value, id);
    return offset < 0 ? undefined : rowAt(this.window.value, offset);
  }

  /** Addresses that are known from its rows, for suggestions: those that occur most come first. */
  addresses(): string[] {
    const counts = new Map<string, number>();
    for (const { From, To } of this.window.value.rows.values()) {
      for (const one of [From, ...(To ?? [])])
        if (one?.Address) counts.set(one.Address, (counts.get(one.Address) ?? 0) + 1);
    }
    return [...counts].sort(([, a], [, b]) => b - a).map(([address]) => address);
  }

  /** Ids of the rows in view. */
  idsInView(): string[] {
    const { from, to } = this.view.value;
    const rows = Array.from({ length: Math.max(0, to - from) }, (_, i) => this.row(from + i));
    return rows.flatMap(row => row?.ID ?? []);
  }

  /** Ids of all rows that are known, newest first. */
  knownIds(): string[] {
    const { rows } = this.window.value;
    return [...rows.keys()].sort((a, b) => b - a).map(rank => rows.get(rank)?.ID ?? '');
  }

  /** Ids beside a row of the list, as far as they are known. */
  neighbours(id: string): { readonly newer: string | undefined; readonly older: string | undefined } {
    const offset = offsetOf(this.window.value, id);
    if (offset < 0) return { newer: undefined, older: undefined };
    return {
      newer: rowAt(this.window.value, offset - 1)?.ID,
      older: rowAt(this.window.value, offset + 1)?.ID,
    };
  }

  /** Shows another search (empty: everything), from this offset on. */
  async search(query: string, from = 0): Promise<void> {
    this.#stopLoading();
    this.query.value = query;
    this.following = from === 0;
    this.pending.value = 0;
    await this.#load(Math.floor(from / pageSize) * pageSize, true);
  }

  /** Begins with a page of all mail that is here already. */
  begin(page: Page, from: number): void {
    this.following = from === 0;
    this.#take(page, true);
  }

  /**
   * Shows all mail or what a search finds, where this one is; resolves to its offset, -1 where it cannot be told: then the
   * list begins at `from`.
   */
  async locate(id: string, query: string, from: number): Promise<number> {
    this.query.value = query;
    await this.#load({ around: id }, true);
    const offset = offsetOf(this.window.value, id);
    if (offset < 0) await this.search(query, from);
    return offset;
  }

  /** Where a row is shown; -1 while it is not known. */
  offsetOf(id: string): number {
    const offset = offsetOf(this.window.value, id);
    return offset < 0 ? -1 : offset - this.pending.value;
  }

  /** Makes every row of a range known, which is what is in view. */
  show(from: number, to: number): Promise<void> {
    this.#shownFrom = Math.max(0, from);
    return this.#know(from, to);
  }

  /** Makes the rows beside this one known, so that one may step on from it. */
  async reachBeside(id: string): Promise<void> {
    const offset = this.offsetOf(id);
    if (offset >= 0) await this.#know(offset - 1, offset + 2);
  }

  async #know(from: number, to: number): Promise<void> {
    const hidden = this.pending.value;
    const pages = missingPages(this.window.value, from + hidden, to + hidden, pageSize);
    await Promise.all(pages.map(start => this.#load(start, false)));
  }

  /** Starts over after the server said that it cannot tell what changed; what is shown stays until the answer. */
  async reload(): Promise<void> {
    this.#stopLoading();
    const from = this.following ? 0 : this.#shownFrom + this.pending.value;
    await this.#load(Math.floor(from / pageSize) * pageSize, true);
  }

  /** Lets the waiting rows in. */
  showPending(): void {
    this.pending.value = 0;
  }

  arrived(rows: readonly Summary[]): void {
    const known = new Set<string>();
    for (const row of this.window.value.rows.values()) known.add(row.ID);
    const fresh = rows.filter(row => !known.has(row.ID));
    batch(() => {
      this.window.value = withNew(this.window.value, fresh);
      this.unread.value += fresh.filter(row => !row.Read).length;
      if (!this.following) this.pending.value += fresh.length;
    });
  }

  updated(id: string, change: { readonly Read?: boolean; readonly Tags?: readonly string[] }): void {
    const before = offsetOf(this.window.value, id);
    const wasRead = before < 0 ? undefined : rowAt(this.window.value, before)?.Read;
    batch(() => {
      this.window.value = withUpdate(this.window.value, id, change);
      if (wasRead === undefined || change.Read === undefined || change.Read === wasRead) return;
      this.unread.value = Math.max(0, this.unread.value + (change.Read ? -1 : 1));
    });
  }

  /** Everything was marked as read. */
  allRead(): void {
    const { total, rows } = this.window.value;
    batch(() => {
      this.window.value = {
        total,
        rows: new Map([...rows].map(([rank, row]) => [rank, { ...row, Read: true }])),
      };
      this.unread.value = 0;
    });
  }

  removed(ids: ReadonlySet<string>): void {
    const { total, rows } = this.window.value;
    let hidden = 0;
    let unread = 0;
    for (const [rank, row] of rows) {
      if (!ids.has(row.ID)) continue;
      if (rank >= total - this.pending.value) hidden++;
      if (!row.Read) unread++;
    }
    const current = this.#placeTaker(ids);
    batch(() => {
      this.current.value = current;
      this.unread.value = Math.max(0, this.unread.value - unread);
      this.window.value = without(this.window.value, ids);
      this.pending.value = Math.min(this.window.value.total, this.pending.value - hidden);
    });
  }

  cleared(): void {
    batch(() => {
      this.window.value = emptyWindow();
      this.pending.value = 0;
      this.unread.value = 0;
      this.current.value = '';
    });
  }

  /** The current mail, or if it is among these the next older one that stays, else the next newer one. */
  #placeTaker(gone: ReadonlySet<string>): string {
    const id = this.current.value;
    if (!gone.has(id)) return id;
    const shown = this.knownIds();
    const at = shown.indexOf(id);
    const stays = (one: string) => !gone.has(one);
    return shown.slice(at + 1).find(stays) ?? shown.slice(0, Math.max(0, at)).findLast(stays) ?? '';
  }

  #stopLoading(): void {
    for (const request of this.#loading.values()) request.abort();
    this.#loading.clear();
  }

  async #load(place: number | { readonly around: string }, fresh: boolean): Promise<void> {
    const start = typeof place === 'number' ? place : -1;
    if (this.#loading.has(start)) return;
    const request = new AbortController();
    this.#loading.set(start, request);
    const query = this.query.value;
    try {
      const page = await this.#fetchPage(query, place, pageSize, request.signal);
      if (!request.signal.aborted) this.#take(page, fresh);
    } catch (error) {
      // A mail that is gone has no neighbours; the list stays as it is.
      if (request.signal.aborted || start < 0) return;
      this.error.value = error instanceof ApiError ? error.message : unreachable;
    } finally {
      if (this.#loading.get(start) === request) this.#loading.delete(start);
    }
  }

  #take(page: Page, fresh: boolean): void {
    batch(() => {
      const arrived = page.messages_count - this.window.value.total;
      const seenBefore = this.loaded.value && !this.following;
      if (fresh) this.window.value = emptyWindow();
      this.window.value = withPage(this.window.value, page.start, page.messages, page.messages_count);
      this.unread.value = page.messages_unread;
      const pending = this.pending.value + (fresh && seenBefore ? arrived : 0);
      this.pending.value = Math.max(0, Math.min(pending, page.messages_count));
      this.loaded.value = true;
      this.error.value = '';
    });
  }
}
