import type { MailRow } from '../mail/row.ts';
import type { SearchQuery } from '../mail/search-query.ts';
import type { Change } from './change.ts';
import type {
  Counts,
  GoOn,
  ListRequest,
  MailPage,
  SearchRequest,
  SearchResult,
  TagCount,
  TimeCount,
} from './store.ts';

/** Where a change stands. Positions of one journal grow, though not by one; those of two have nothing to do with each other. */
export type ChangePlace = {
  /** Whose position it is: of what one process wrote for one tenant. Never the same again, on this machine or another. */
  readonly journal: string;
  readonly position: number;
};

export type PlacedChange = ChangePlace & { readonly change: Change };

/** A mail's bytes as they are kept. */
export type KeptRaw =
  | { readonly encoding: 'plain' | 'zstd'; readonly bytes: Buffer }
  /** Name of a file in the mailbox's folder `big`. */
  | { readonly encoding: 'file'; readonly file: string };

/**
 * A backend's part: what one mailbox holds, opened, as a state that follows from its changes. Synchronous where that
 * takes a few milliseconds at most; nobody else changes it meanwhile.
 */
export interface MailState {
  /** Of the last change that is in. */
  readonly last: ChangePlace;
  /** Whether a change is in, which came from a journal in order: else it is one that has still to be applied. */
  hasApplied(place: ChangePlace): boolean;
  /**
   * Takes changes in order until all are in or `isOver` says so, together with the place of the last one, or
   * nothing at all. Resolves what each has touched: the ids that it removed (`mail` and `prune`: by the limits) or
   * altered. A change that takes long is done in pieces: call again with it as the first.
   */
  apply(changes: Iterable<PlacedChange>, isOver: () => boolean): readonly (readonly string[])[];
  counts(): Counts;
  /** When the oldest mail was created; null: there is none. */
  oldestAtMs(): number | null;
  find(id: string): MailRow | null;
  raw(id: string): KeptRaw | null;
  hasMessageId(messageId: string): boolean;
  tags(): readonly TagCount[];
  offsetOf(id: string): number | null;
  countAfter(atMs: number): number;
  timeCounts(spanMs: number, goOn?: GoOn): Promise<readonly TimeCount[]>;
  list(request: ListRequest): Promise<readonly MailRow[]>;
  page(request: ListRequest & { readonly query?: SearchQuery }): MailPage | Promise<MailPage>;
  search(request: SearchRequest): Promise<SearchResult>;
  match(query: SearchQuery, goOn?: GoOn): Promise<readonly string[]>;
}
