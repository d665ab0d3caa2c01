import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Page, Summary } from './api.ts';
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

/** Rows of one request. */
export const pageSize = 50;

export type FetchPage = (query: string, start: number, limit: number, signal?: AbortSignal) => Promise<Page>;

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
  readonly unread: Signal<number> = signal(0);
  readonly loaded: Signal<boolean> = signal(false);
  /** The server's own words about what went wrong with the list, e.g. an unreadable search. */
  readonly error: Signal<string> = signal('');
  /** Whether the list follows new mail: only while its top is in view. */
  following = true;
  readonly #fetchPage: FetchPage;
  readonly #loading = new Map<number, AbortController>();

  constructor(fetchPage: FetchPage) {
    this.#fetchPage = fetchPage;
  }

  /** The row at an offset; undefined while it is not known. */
  row(offset: number): Summary | undefined {
    return rowAt(this.window.value, offset + this.pending.value);
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

  /** Shows another search (empty: everything) from its first rows. */
  async search(query: string): Promise<void> {
    for (const request of this.#loading.values()) request.abort();
    this.#loading.clear();
    this.query.value = query;
    await this.#load(0, true);
  }

  /** Makes every row of a range known, and some around it. */
  async show(from: number, to: number): Promise<void> {
    const hidden = this.pending.value;
    const pages = missingPages(this.window.value, from + hidden, to + hidden, pageSize);
    await Promise.all(pages.map(start => this.#load(start, false)));
  }

  /** Starts over after the server said that it cannot tell what changed; what is shown stays until the answer. */
  async reload(): Promise<void> {
    await this.#load(0, true);
  }

  /** Lets the waiting rows in. */
  showPending(): void {
    this.pending.value = 0;
  }

  arrived(rows: readonly Summary[]): void {
    batch(() => {
      this.window.value = withNew(this.window.value, rows);
      this.unread.value += rows.filter(row => !row.Read).length;
      if (!this.following) this.pending.value += rows.length;
    });
  }

  updated(id: string, change: { readonly Read?: boolean; readonly Tags?: readonly string[] }): void {
    this.window.value = withUpdate(this.window.value, id, change);
  }

  removed(ids: ReadonlySet<string>): void {
    const { total, rows } = this.window.value;
    let hidden = 0;
    for (let rank = total - this.pending.value; rank < total; rank++) {
      const row = rows.get(rank);
      if (row && ids.has(row.ID)) hidden++;
    }
    batch(() => {
      this.window.value = without(this.window.value, ids);
      this.pending.value = Math.min(this.window.value.total, this.pending.value - hidden);
    });
  }

  cleared(): void {
    batch(() => {
      this.window.value = emptyWindow();
      this.pending.value = 0;
      this.unread.value = 0;
    });
  }

  async #load(start: number, fresh: boolean): Promise<void> {
    if (this.#loading.has(start)) return;
    const request = new AbortController();
    this.#loading.set(start, request);
    const query = this.query.value;
    try {
      const page = await this.#fetchPage(query, start, pageSize, request.signal);
      if (request.signal.aborted) return;
      batch(() => {
        if (fresh) this.window.value = emptyWindow();
        this.window.value = withPage(this.window.value, page.start, page.messages, page.messages_count);
        this.unread.value = page.messages_unread;
        this.pending.value = fresh ? 0 : Math.min(this.pending.value, page.messages_count);
        this.loaded.value = true;
        this.error.value = '';
      });
    } catch (error) {
      if (request.signal.aborted) return;
      this.error.value = error instanceof Error ? error.message : String(error);
    } finally {
      if (this.#loading.get(start) === request) this.#loading.delete(start);
    }
  }
}
