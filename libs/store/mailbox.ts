import type { Readable } from 'node:stream';
import type { Clock } from '../base/clock.ts';
import type { Arrival } from '../mail/prepare-mail.ts';
import type { MailRow } from '../mail/row.ts';
import type { SearchQuery } from '../mail/search-query.ts';
import type { Change } from './change.ts';
import type { KeptRaw, MailState } from './mail-state.ts';
import type {
  ByteSpan,
  Counts,
  GoOn,
  ListRequest,
  Mailbox,
  MailPage,
  NewMail,
  Retention,
  SearchRequest,
  SearchResult,
  Selection,
  TagCount,
  TimeCount,
} from './store.ts';

/** Through what a mailbox reaches its state. */
export interface MailStatePort {
  /** Resolves when the change is safe; it may be applied later. */
  keep(change: Change): Promise<void>;
  /** Resolves when the change is safe and applied, to the ids that it touched. */
  apply(change: Change): Promise<readonly string[]>;
  /** Lets a function look at the state that follows from all changes so far; it stays open until what it returns settles. */
  read<Result>(look: (state: MailState) => Result | Promise<Result>): Promise<Result>;
  decode(raw: KeptRaw): Promise<Buffer>;
  /** A part of the bytes, see {@link Mailbox.rawStream}. */
  stream(raw: KeptRaw, span: ByteSpan): Promise<Readable>;
}

/** A {@link Mailbox} made of changes and looks: what all stores have in common. */
export class StateMailbox implements Mailbox {
  readonly #port: MailStatePort;
  readonly #clock: Clock;
  #retention: Retention;

  constructor(port: MailStatePort, clock: Clock, retention: Retention) {
    this.#port = port;
    this.#clock = clock;
    this.#retention = retention;
  }

  insert(mail: NewMail | Arrival): Promise<void> {
    const kept = { retention: this.#retention, atMs: this.#clock() };
    if (!('row' in mail)) return this.#port.keep({ kind: 'arrival', ...mail, ...kept });
    const { row, searchText, raw } = mail;
    return this.#port.keep({ kind: 'mail', row, searchText, raw, ...kept });
  }

  counts(): Promise<Counts> {
    return this.#port.read(state => state.counts());
  }

  list(request: ListRequest): Promise<readonly MailRow[]> {
    return this.#port.read(state => state.list(request));
  }

  page(request: ListRequest & { readonly query?: SearchQuery }): Promise<MailPage> {
    return this.#port.read(state => state.page(request));
  }

  offsetOf(id: string): Promise<number | null> {
    return this.#port.read(state => state.offsetOf(id));
  }

  countAfter(atMs: number): Promise<number> {
    return this.#port.read(state => state.countAfter(atMs));
  }

  timeCounts(spanMs: number, goOn?: GoOn): Promise<readonly TimeCount[]> {
    return this.#port.read(state => state.timeCounts(spanMs, goOn));
  }

  find(id: string): Promise<MailRow | null> {
    return this.#port.read(state => state.find(id));
  }

  raw(id: string): Promise<Buffer | null> {
    return this.#withRaw(id, raw => this.#port.decode(raw));
  }

  rawStream(id: string, span: ByteSpan): Promise<Readable | null> {
    return this.#withRaw(id, raw => this.#port.stream(raw, span));
  }

  #withRaw<Result>(id: string, use: (raw: KeptRaw) => Promise<Result>): Promise<Result | null> {
    return this.#port.read(async state => {
      const raw = state.raw(id);
      if (raw?.encoding !== 'file') return raw && use(raw);
      try {
        return await use(raw);
      } catch (error) {
        // The mail may have been removed meanwhile, and its file with it.
        const now = state.raw(id);
        if (now?.encoding === 'file' && now.file === raw.file) throw error;
        return null;
      }
    });
  }

  hasMessageId(messageId: string): Promise<boolean> {
    return this.#port.read(state => state.hasMessageId(messageId));
  }

  search(request: SearchRequest): Promise<SearchResult> {
    return this.#port.read(state => state.search(request));
  }

  match(query: SearchQuery, goOn?: GoOn): Promise<readonly string[]> {
    return this.#port.read(state => state.match(query, goOn));
  }

  tags(): Promise<readonly TagCount[]> {
    return this.#port.read(state => state.tags());
  }

  setRead(which: Selection, read: boolean): Promise<readonly string[]> {
    return this.#port.apply({ kind: 'read', which, read });
  }

  setTags(ids: readonly string[], tags: readonly string[]): Promise<readonly string[]> {
    return this.#port.apply({ kind: 'tags', ids, tags });
  }

  renameTag(name: string, newName: string): Promise<readonly string[]> {
    return this.#port.apply({ kind: 'rename-tag', name, newName });
  }

  removeTag(name: string): Promise<readonly string[]> {
    return this.#port.apply({ kind: 'remove-tag', name });
  }

  remove(which: Selection): Promise<readonly string[]> {
    return this.#port.apply({ kind: 'remove', which });
  }

  setRetention(retention: Retention): Promise<readonly string[]> {
    this.#retention = retention;
    return this.prune();
  }

  async prune(): Promise<readonly string[]> {
    // What removes nothing need not be written down.
    if (!(await this.#port.read(state => exceeds(state, this.#retention, this.#clock())))) return [];
    return this.#port.apply({ kind: 'prune', retention: this.#retention, atMs: this.#clock() });
  }

  oldestAtMs(): Promise<number | null> {
    return this.#port.read(state => state.oldestAtMs());
  }
}

function exceeds(state: MailState, { maxMessages, maxAgeMs, maxBytes }: Retention, atMs: number): boolean {
  const { total, bytes } = state.counts();
  if ((maxMessages > 0 && total > maxMessages) || (maxBytes > 0 && bytes > maxBytes)) return true;
  const oldestAtMs = maxAgeMs > 0 ? state.oldestAtMs() : null;
  return oldestAtMs !== null && oldestAtMs < atMs - maxAgeMs;
}
