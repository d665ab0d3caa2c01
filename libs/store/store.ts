/**
 * Mail kept: one mailbox a tenant, behind an async interface that every backend implements and the contract suite
 * (`store-suite.ts`) proves. Backends are private folders; `open-store.ts` chooses one.
 *
 * What callers may rely on:
 * - An operation is whole or not there: a mail is listed with its row, text and raw, or not at all.
 * - Changes of one mailbox take effect in the order in which they were called (large mail: in which they became safe), and
 *   who looks sees all that was called before.
 * - No mailbox sees another's mail; unknown ids are ignored, not errors.
 * - Lists are newest first by creation time, then by number.
 * - What resolved is as safe as the store keeps mail: on disk, where it has one.
 *
 * Operations reject with an {@link MpctlError}: `STORE_FULL` when there is no room now, `STORE_FAILED` when the mailbox
 * cannot be used at all; both leave no trace of the operation.
 */
import type { Readable } from 'node:stream';
import type { TenantUid } from '../base/ids.ts';
import type { Arrival } from '../mail/prepare-mail.ts';
import type { MailRow } from '../mail/row.ts';
import type { SearchQuery } from '../mail/search-query.ts';
import type { NewMail, Retention, Selection } from './change.ts';

export type { NewMail, NewRow, Retention, Selection } from './change.ts';

export type Counts = {
  readonly total: number;
  readonly unread: number;
  /** Of all raw mail, uncompressed. */
  readonly bytes: number;
};

/** First and last byte, both in. */
export type ByteSpan = { readonly first: number; readonly last: number };

/**
 * Called between the slices of a long look. What it throws ends the look, and comes out of it: for whoever does not want
 * the answer any more.
 */
export type GoOn = () => void;

export type ListRequest = {
  readonly start: number;
  /** 0: all. */
  readonly limit: number;
  /** Only mails created before this time. */
  readonly beforeMs?: number;
  readonly goOn?: GoOn;
};

export type SearchRequest = ListRequest & {
  readonly query: SearchQuery;
  /** False: only the rows are wanted, so that the search may end with the last of them. */
  readonly count: boolean;
};

export type SearchResult = {
  readonly rows: readonly MailRow[];
  /** Matches without `start`, `limit` and `beforeMs`; 0 when they were not wanted. */
  readonly total: number;
  readonly unread: number;
};

/** A page of a list, or of what a search finds, as it is shown. */
export type MailPage = {
  /** JSON of each mail's `MessageSummary`, newest first. */
  readonly rows: readonly string[];
  /** Of the whole mailbox. */
  readonly counts: Counts;
  /** Of all pages together. */
  readonly matches: Pick<Counts, 'total' | 'unread'>;
  readonly tags: readonly TagCount[];
};

/** Mails that were created in a span of time which begins at `fromMs`. */
export type TimeCount = { readonly fromMs: number; readonly count: number };

export type TagCount = { readonly name: string; readonly count: number };

/** One tenant's mail. A handle costs nothing while it is idle; the backend opens what lies behind on first use. */
export interface Mailbox {
  /**
   * Keeps the mail, gives it the next number (which never comes again) and removes what the retention no longer allows.
   * Costs one wait for the disk, shared with all that wait; the mailbox need not be open for it. An arrival is read later,
   * before somebody looks: what it is made of holds the event loop then, so it is a short one.
   */
  insert(mail: NewMail | Arrival): Promise<void>;
  counts(): Promise<Counts>;
  list(request: ListRequest): Promise<readonly MailRow[]>;
  /** What a list shows, or a search with its counts, in one look. */
  page(request: ListRequest & { readonly query?: SearchQuery }): Promise<MailPage>;
  /** How many mails stand before this one in a list; null where the id is unknown. */
  offsetOf(id: string): Promise<number | null>;
  /** How many mails were created after a time: where in a list those of that time begin. */
  countAfter(atMs: number): Promise<number>;
  /** How the mails spread over time, in spans of this length counted from 1970, newest first; empty ones are left out. */
  timeCounts(spanMs: number, goOn?: GoOn): Promise<readonly TimeCount[]>;
  /** `latest` is an id too. */
  find(id: string): Promise<MailRow | null>;
  raw(id: string): Promise<Buffer | null>;
  /**
   * A part of {@link raw} as it is read: of large mail little is in memory at a time. It goes on when the mail is removed
   * meanwhile, and fails rather than give other bytes than these. Whoever asks has to read or destroy it.
   */
  rawStream(id: string, span: ByteSpan): Promise<Readable | null>;
  /** Whether a mail has this Message-ID, brackets aside; case counts. */
  hasMessageId(messageId: string): Promise<boolean>;
  /** Resolves to the ids whose state changed. */
  setRead(which: Selection, read: boolean): Promise<readonly string[]>;
  /**
   * What {@link matchesQuery} says, newest first. Looks in slices that do not hold the event loop; what changes meanwhile
   * may be seen or not.
   */
  search(request: SearchRequest): Promise<SearchResult>;
  /** The ids of all that match, newest first, found as {@link search} does. */
  match(query: SearchQuery, goOn?: GoOn): Promise<readonly string[]>;
  /**
   * Gives these mails exactly these tags. A tag is one whatever its case, and its first spelling in the mailbox stays;
   * this holds for {@link insert} too. Resolves to the ids that are there.
   */
  setTags(ids: readonly string[], tags: readonly string[]): Promise<readonly string[]>;
  /** All tags that a mail has, in case-insensitive order. */
  tags(): Promise<readonly TagCount[]>;
  /** Resolves to the ids that have it. A tag that is there under the new name is joined. */
  renameTag(name: string, newName: string): Promise<readonly string[]>;
  /** Takes the tag off every mail. Resolves to the ids that had it. */
  removeTag(name: string): Promise<readonly string[]>;
  /** Resolves to the ids that were there. */
  remove(which: Selection): Promise<readonly string[]>;
  /** Applies new limits at once. Resolves to the ids that were removed. */
  setRetention(retention: Retention): Promise<readonly string[]>;
  /** Removes what has become too old, or is too much. Resolves to the ids that were removed; costs little when none is. */
  prune(): Promise<readonly string[]>;
  /** When the oldest mail was created; null: there is none. */
  oldestAtMs(): Promise<number | null>;
}

export type MailboxOptions = {
  readonly uid: TenantUid;
  /** The tenant's own folder; its `mail.db` and `big/` are the store's. A store that keeps mail in memory leaves it alone. */
  readonly dir: string;
  readonly retention: Retention;
  /** Called when an {@link Mailbox.insert} removed older mail. Not called for changes that are replayed after a crash. */
  readonly onPruned?: (ids: readonly string[]) => void;
};

export interface Store extends AsyncDisposable {
  /** One handle a mailbox at a time: {@link release} it before you ask for the next. */
  mailbox(options: MailboxOptions): Mailbox;
  /**
   * Applies the limits to a mailbox for which there may be no handle, gives its unused space back, and leaves it closed if
   * nobody uses it. Resolves to when its oldest mail was created; null: it has none.
   */
  tend(options: MailboxOptions): Promise<number | null>;
  /**
   * Finishes what was begun for a mailbox and lets go of it, whether there is a handle or not: afterwards another process
   * may open it, and an old handle rejects everything with `STORE_CLOSED`. The mail stays.
   */
  release(uid: TenantUid): Promise<void>;
}
