import { foldCase } from '../../mail/fold-case.ts';
import { type MailRow, renderRow } from '../../mail/row.ts';
import { matchesQuery } from '../../mail/search-match.ts';
import type { SearchQuery } from '../../mail/search-query.ts';
import type { SearchText } from '../../mail/search-text.ts';
import { type Change, mailOf, type Retention, type Selection } from '../change.ts';
import type { ChangePlace, KeptRaw, MailState, PlacedChange } from '../mail-state.ts';
import type {
  Counts,
  ListRequest,
  MailPage,
  SearchRequest,
  SearchResult,
  TagCount,
  TimeCount,
} from '../store.ts';
import { MemoryTags } from './memory-tags.ts';

type Kept = { row: MailRow; readonly searchText: SearchText; readonly raw: KeptRaw };

/** Mails that a search looks at before it lets others run. */
const searchSlice = 500;

/** A mailbox in memory: the plainest form of what a {@link MailState} is, and what the others are held against. */
export class MemoryState implements MailState {
  #last: ChangePlace = { journal: '', position: 0 };
  #lastNumber = 0;
  #unread = 0;
  #bytes = 0;
  /** Oldest first, as lists are the other way round. */
  #mails: Kept[] = [];
  readonly #byId = new Map<string, Kept>();
  readonly #tags = new MemoryTags();

  get last(): ChangePlace {
    return this.#last;
  }

  hasApplied({ journal, position }: ChangePlace): boolean {
    return journal === this.#last.journal && position <= this.#last.position;
  }

  apply(changes: Iterable<PlacedChange>, isOver: () => boolean): readonly (readonly string[])[] {
    const touched: (readonly string[])[] = [];
    for (const { journal, position, change } of changes) {
      touched.push(this.#take(change));
      this.#last = { journal, position };
      if (isOver()) break;
    }
    return touched;
  }

  #take(change: Change): readonly string[] {
    switch (change.kind) {
      case 'mail':
        this.#insert(change);
        return this.#prune(change.retention, change.atMs);
      case 'arrival':
        return this.#take(mailOf(change));
      case 'prune':
        return this.#prune(change.retention, change.atMs);
      case 'remove':
        return this.#remove(this.#select(change.which));
      case 'read': {
        const changed = this.#select(change.which).filter(mail => mail.row.read !== change.read);
        this.#unread += change.read ? -changed.length : changed.length;
        return this.#alter(changed, () => ({ read: change.read }));
      }
      case 'tags':
        return this.#alter(this.#select(change.ids), ({ tags }) => ({
          tags: this.#tags.exchange(tags, change.tags),
        }));
      case 'rename-tag':
        return this.#renameTag(change.name, change.newName);
      case 'remove-tag':
        return this.#alter(this.#tagged(change.name), ({ tags }) => ({
          tags: this.#tags.exchange(tags, without(tags, change.name)),
        }));
    }
  }

  #insert({ row, searchText, raw }: Change & { kind: 'mail' }): void {
    if (this.#byId.has(row.id)) return;
    this.#lastNumber += 1;
    const mail: Kept = {
      row: { ...row, tags: this.#tags.exchange([], row.tags), number: this.#lastNumber },
      searchText,
      raw: Buffer.isBuffer(raw) ? { encoding: 'plain', bytes: raw } : { encoding: 'file', ...raw },
    };
    const later = this.#mails.findLastIndex(({ row: other }) => other.createdAtMs <= row.createdAtMs);
    this.#mails.splice(later + 1, 0, mail);
    this.#byId.set(row.id, mail);
    this.#bytes += row.sizeBytes;
    if (!row.read) this.#unread += 1;
  }

  oldestAtMs(): number | null {
    return this.#mails[0]?.row.createdAtMs ?? null;
  }

  #prune({ maxMessages, maxAgeMs, maxBytes }: Retention, atMs: number): readonly string[] {
    let [total, bytes, count] = [this.#mails.length, this.#bytes, 0];
    for (const { row } of this.#mails) {
      const isTooOld = maxAgeMs > 0 && row.createdAtMs < atMs - maxAgeMs;
      const isTooMuch = (maxMessages > 0 && total > maxMessages) || (maxBytes > 0 && bytes > maxBytes);
      if (!isTooOld && !isTooMuch) break;
      [total, bytes, count] = [total - 1, bytes - row.sizeBytes, count + 1];
    }
    return count === 0 ? [] : this.#remove(this.#mails.slice(0, count));
  }

  #remove(mails: readonly Kept[]): readonly string[] {
    for (const { row } of mails) {
      this.#byId.delete(row.id);
      this.#tags.exchange(row.tags, []);
      this.#bytes -= row.sizeBytes;
      if (!row.read) this.#unread -= 1;
    }
    this.#mails = this.#mails.filter(({ row }) => this.#byId.has(row.id));
    return mails.map(({ row }) => row.id);
  }

  /** In two steps, so that the old spelling is gone before the new one comes: they may differ in case alone. */
  #renameTag(name: string, newName: string): readonly string[] {
    const renamed = this.#tagged(name).map(mail => ({
      mail,
      tags: mail.row.tags.map(tag => (isSameTag(tag, name) ? newName : tag)),
    }));
    this.#alter(
      renamed.map(({ mail }) => mail),
      ({ tags }) => ({ tags: this.#tags.exchange(tags, without(tags, name)) }),
    );
    return renamed.flatMap(({ mail, tags }) =>
      this.#alter([mail], row => ({ tags: this.#tags.exchange(row.tags, tags) })),
    );
  }

  #alter(mails: readonly Kept[], next: (row: MailRow) => Partial<MailRow>): readonly string[] {
    for (const mail of mails) mail.row = { ...mail.row, ...next(mail.row) };
    return mails.map(({ row }) => row.id);
  }

  #select(which: Selection): readonly Kept[] {
    if (which === 'all') return this.#mails;
    return [...new Set(which)].flatMap(id => this.#byId.get(id) ?? []);
  }

  #tagged(name: string): readonly Kept[] {
    return this.#mails.filter(({ row }) => row.tags.some(tag => isSameTag(tag, name)));
  }

  counts(): Counts {
    return { total: this.#mails.length, unread: this.#unread, bytes: this.#bytes };
  }

  async list(request: ListRequest): Promise<readonly MailRow[]> {
    return page(
      this.#mails.toReversed().map(({ row }) => row),
      request,
    );
  }

  async page({ query, ...request }: ListRequest & { readonly query?: SearchQuery }): Promise<MailPage> {
    const counts = this.counts();
    const { rows, ...matches } = query
      ? await this.search({ ...request, query, count: true })
      : { rows: await this.list(request), total: counts.total, unread: counts.unread };
    return { rows: rows.map(renderRow), counts, matches, tags: this.tags() };
  }

  offsetOf(id: string): number | null {
    const mail = this.#mail(id);
    return mail ? this.#mails.length - 1 - this.#mails.lastIndexOf(mail) : null;
  }

  countAfter(atMs: number): number {
    return this.#mails.filter(({ row }) => row.createdAtMs > atMs).length;
  }

  async timeCounts(spanMs: number): Promise<readonly TimeCount[]> {
    const counts = new Map<number, number>();
    for (const { row } of this.#mails.toReversed()) {
      const fromMs = Math.floor(row.createdAtMs / spanMs) * spanMs;
      counts.set(fromMs, (counts.get(fromMs) ?? 0) + 1);
    }
    return [...counts].map(([fromMs, count]) => ({ fromMs, count }));
  }

  find(id: string): MailRow | null {
    return this.#mail(id)?.row ?? null;
  }

  hasMessageId(messageId: string): boolean {
    return this.#mails.some(({ row }) => row.messageId === messageId);
  }

  raw(id: string): KeptRaw | null {
    return this.#mail(id)?.raw ?? null;
  }

  #mail(id: string): Kept | undefined {
    return id === 'latest' ? this.#mails.at(-1) : this.#byId.get(id);
  }

  tags(): readonly TagCount[] {
    return this.#tags.list();
  }

  async search({ query, count, ...request }: SearchRequest): Promise<SearchResult> {
    const rows = await this.#matching(query);
    return {
      rows: page(rows, request),
      total: count ? rows.length : 0,
      unread: count ? rows.filter(({ read }) => !read).length : 0,
    };
  }

  async match(query: SearchQuery): Promise<readonly string[]> {
    return (await this.#matching(query)).map(({ id }) => id);
  }

  async #matching(query: SearchQuery): Promise<readonly MailRow[]> {
    const found: MailRow[] = [];
    for (const [index, { row, searchText }] of this.#mails.toReversed().entries()) {
      if (index % searchSlice === searchSlice - 1) await new Promise(setImmediate);
      if (matchesQuery(query, row, () => searchText)) found.push(row);
    }
    return found;
  }
}

const isSameTag = (a: string, b: string) => foldCase(a) === foldCase(b);
const without = (tags: readonly string[], name: string) => tags.filter(tag => !isSameTag(tag, name));

function page(rows: readonly MailRow[], { start, limit, beforeMs }: ListRequest): readonly MailRow[] {
  const before = beforeMs === undefined ? rows : rows.filter(({ createdAtMs }) => createdAtMs < beforeMs);
  return before.slice(start, limit === 0 ? undefined : start + limit);
}
