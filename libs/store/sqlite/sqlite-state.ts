import type Database from 'better-sqlite3';
import { foldCase } from '../../mail/fold-case.ts';
import type { MailRow } from '../../mail/row.ts';
import type { SearchQuery } from '../../mail/search-query.ts';
import { type Change, mailOf, type Retention, type Selection } from '../change.ts';
import type { ChangePlace, KeptRaw, MailState, PlacedChange } from '../mail-state.ts';
import type {
  Counts,
  GoOn,
  ListRequest,
  MailPage,
  SearchRequest,
  SearchResult,
  TagCount,
  TimeCount,
} from '../store.ts';
import { ListMarks } from './list-marks.ts';
import { ListWalk } from './list-walk.ts';
import { MailTable, type PlainMail, type StoredMail } from './mail-table.ts';
import { isUnreadAlone } from './sqlite-search.ts';
import { SqliteTags } from './sqlite-tags.ts';
import { Statements } from './statements.ts';

/** Columns of the table `state`. */
type Totals = {
  journal: string;
  position: number;
  lastNumber: number;
  total: number;
  unread: number;
  bytes: number;
  packed: number;
};

/** A change on its way: each step leaves the mailbox fit to be committed, though between two changes. */
type Steps = Generator<void, readonly string[]>;

/** Mails that are looked up at once for a change that may touch them all. */
const lookAhead = 100;
/** Shorter mail is not worth compressing. */
const packFromBytes = 512;

/** A mailbox in an open database. What it holds of it in memory is the row of `state`. */
export class SqliteState implements MailState {
  readonly #statements: Statements;
  readonly #mails: MailTable;
  readonly #tags: SqliteTags;
  readonly #marks = new ListMarks();
  readonly #walk: ListWalk;
  readonly #onUnusedFile: (file: string) => void;
  #totals: Totals;
  #begun: { readonly place: ChangePlace; readonly steps: Steps } | null = null;
  #changes = 0;
  #unusedFiles: string[] = [];

  /** `onUnusedFile` is told of each file of `big` that no mail has any more. `nextTurn`: between slices of a search. */
  constructor(
    db: Database.Database,
    onUnusedFile: (file: string) => void,
    nextTurn: () => Promise<void> = () => new Promise(setImmediate),
  ) {
    this.#statements = new Statements(db);
    this.#mails = new MailTable(this.#statements);
    this.#tags = new SqliteTags(this.#statements);
    this.#walk = new ListWalk(this.#mails, this.#marks, nextTurn);
    this.#onUnusedFile = onUnusedFile;
    this.#totals = this.#readTotals();
  }

  get last(): ChangePlace {
    const { journal, position } = this.#totals;
    return { journal, position };
  }

  /** How many changes were taken in since the file was opened. */
  get changes(): number {
    return this.#changes;
  }

  hasApplied({ journal, position }: ChangePlace): boolean {
    if (journal === this.#totals.journal) return position <= this.#totals.position;
    const applied = this.#statements.value('SELECT position FROM applied WHERE journal = ?', journal);
    return position <= Number(applied ?? -1);
  }

  apply(changes: Iterable<PlacedChange>, isOver: () => boolean): readonly (readonly string[])[] {
    const touched: (readonly string[])[] = [];
    this.#commit(() => {
      for (const change of changes) {
        const ids = this.#proceed(change, isOver);
        if (ids === null) break;
        touched.push(ids);
        if (isOver()) break;
      }
    });
    for (const file of this.#unusedFiles.splice(0)) this.#onUnusedFile(file);
    return touched;
  }

  /**
   * Compresses mail that came since the last time, in steps until `isOver`: apart from taking it in, because that is
   * when it matters, and most of a flood is gone before it would be worth it. False when there was none.
   */
  pack(isOver: () => boolean): boolean {
    const first = this.#mails.nextPlain(this.#totals.packed);
    if (!first) return false;
    this.#commit(() => {
      for (let mail: PlainMail | null = first; mail; ) {
        if (mail.sizeBytes >= packFromBytes) this.#mails.pack(mail.number);
        this.#totals.packed = mail.number;
        mail = isOver() ? null : this.#mails.nextPlain(mail.number);
      }
    });
    return true;
  }

  #commit(change: () => void): void {
    this.#statements.run('BEGIN');
    try {
      change();
      const { journal, position, lastNumber, total, unread, bytes, packed } = this.#totals;
      this.#statements.run(
        'UPDATE state SET journal = ?, position = ?, last_number = ?, total = ?, unread = ?, bytes = ?, packed = ?',
        journal,
        position,
        lastNumber,
        total,
        unread,
        bytes,
        packed,
      );
      this.#statements.run('COMMIT');
    } catch (error) {
      this.#undo();
      throw error;
    }
  }

  /** Returns null when the time was over before the change was in. */
  #proceed(placed: PlacedChange, isOver: () => boolean): readonly string[] | null {
    const { change } = placed;
    if (this.#begun?.place !== placed) this.#begun = { place: placed, steps: this.#take(change) };
    for (;;) {
      const step = this.#begun.steps.next();
      if (step.done) {
        this.#begun = null;
        this.#note(placed);
        return step.value;
      }
      if (isOver()) return null;
    }
  }

  #note({ journal, position }: ChangePlace): void {
    const { last } = this;
    if (journal === last.journal) this.#totals.position = Math.max(last.position, position);
    else {
      if (last.position > 0)
        this.#statements.run('INSERT OR REPLACE INTO applied VALUES (?, ?)', last.journal, last.position);
      Object.assign(this.#totals, { journal, position });
    }
    this.#changes += 1;
  }

  #undo(): void {
    this.#begun = null;
    this.#marks.clear();
    this.#unusedFiles = [];
    // A full disk has rolled back already: then there is nothing to roll back.
    if (this.#statements.isInTransaction) this.#statements.run('ROLLBACK');
    this.#totals = this.#readTotals();
  }

  #readTotals(): Totals {
    const columns = this.#statements.row(
      'SELECT journal, position, last_number, total, unread, bytes, packed FROM state',
    ) as [string, number, number, number, number, number, number];
    const [journal, position, lastNumber, total, unread, bytes, packed] = columns;
    return { journal, position, lastNumber, total, unread, bytes, packed };
  }

  *#take(change: Change): Steps {
    switch (change.kind) {
      case 'mail':
        this.#insert(change);
        return yield* this.#prune(change.retention, change.atMs);
      case 'arrival':
        return yield* this.#take(mailOf(change));
      case 'prune':
        return yield* this.#prune(change.retention, change.atMs);
      case 'remove':
        return yield* this.#each(this.#select(change.which), mail => this.#remove(mail));
      case 'read':
        return yield* this.#each(this.#select(change.which), mail => this.#setRead(mail, change.read));
      case 'tags':
        return yield* this.#each(this.#select(change.ids), mail => this.#setTags(mail, change.tags));
      case 'rename-tag':
        return yield* this.#renameTag(change.name, change.newName);
      case 'remove-tag':
        return yield* this.#each(this.#tagged(change.name), mail =>
          this.#setTags(mail, without(mail.tags, change.name)),
        );
    }
  }

  *#each(mails: Iterable<StoredMail>, alter: (mail: StoredMail) => boolean): Steps {
    const altered: string[] = [];
    for (const mail of mails) {
      if (alter(mail)) altered.push(mail.id);
      yield;
    }
    return altered;
  }

  #insert(change: Change & { kind: 'mail' }): void {
    const { row } = change;
    const number = this.#totals.lastNumber + 1;
    if (!this.#mails.insert(number, change)) return;
    this.#marks.added([row.createdAtMs, number]);
    if (row.tags.length > 0) this.#mails.setTags(number, this.#tags.exchange(number, [], row.tags));
    this.#totals.lastNumber = number;
    this.#totals.total += 1;
    this.#totals.bytes += row.sizeBytes;
    if (!row.read) this.#totals.unread += 1;
  }

  #remove(mail: StoredMail): true {
    this.#mails.remove(mail.number);
    this.#marks.removed([mail.createdAtMs, mail.number]);
    this.#tags.exchange(mail.number, mail.tags, []);
    this.#totals.total -= 1;
    this.#totals.bytes -= mail.sizeBytes;
    if (!mail.read) this.#totals.unread -= 1;
    if (mail.file !== null) this.#unusedFiles.push(mail.file);
    return true;
  }

  #setRead(mail: StoredMail, read: boolean): boolean {
    if (mail.read === read) return false;
    this.#mails.setRead(mail.number, read);
    this.#totals.unread += read ? -1 : 1;
    return true;
  }

  #setTags({ number, tags }: StoredMail, wanted: readonly string[]): true {
    this.#mails.setTags(number, this.#tags.exchange(number, tags, wanted));
    return true;
  }

  *#renameTag(name: string, newName: string): Steps {
    if (isSameTag(name, newName)) {
      this.#tags.respell(newName);
      return yield* this.#each(this.#tagged(name), ({ number, tags }) => {
        this.#mails.setTags(number, replaced(tags, name, newName));
        return true;
      });
    }
    return yield* this.#each(this.#tagged(name), mail =>
      this.#setTags(mail, replaced(mail.tags, name, newName)),
    );
  }

  *#prune({ maxMessages, maxAgeMs, maxBytes }: Retention, atMs: number): Steps {
    const removed: string[] = [];
    for (;;) {
      const { total, bytes } = this.#totals;
      const excess = maxMessages > 0 ? total - maxMessages : 0;
      if (total === 0 || (excess <= 0 && maxAgeMs === 0 && (maxBytes === 0 || bytes <= maxBytes))) break;
      const count = Math.min(Math.max(excess, 1), lookAhead);
      const [first, ...more] = this.#mails.oldest(count) as [StoredMail, ...StoredMail[]];
      const isTooOld = maxAgeMs > 0 && first.createdAtMs < atMs - maxAgeMs;
      if (excess <= 0 && !isTooOld && (maxBytes === 0 || bytes <= maxBytes)) break;
      for (const mail of [first, ...more]) {
        this.#remove(mail);
        removed.push(mail.id);
        yield;
      }
    }
    return removed;
  }

  *#select(which: Selection): Iterable<StoredMail> {
    if (which === 'all') yield* inOrder(after => this.#mails.after(after, lookAhead));
    else {
      for (const id of new Set(which)) {
        const mail = this.#mails.byId(id);
        if (mail) yield mail;
      }
    }
  }

  #tagged(name: string): Iterable<StoredMail> {
    return inOrder(after => this.#mails.tagged(foldCase(name), after, lookAhead));
  }

  counts(): Counts {
    const { total, unread, bytes } = this.#totals;
    return { total, unread, bytes };
  }

  oldestAtMs(): number | null {
    return this.#mails.oldest(1)[0]?.createdAtMs ?? null;
  }

  list(request: ListRequest): Promise<readonly MailRow[]> {
    return this.#walk.list(request);
  }

  page({ query, ...request }: ListRequest & { readonly query?: SearchQuery }): MailPage | Promise<MailPage> {
    const counts = this.counts();
    const made = (rows: readonly string[], matches: MailPage['matches']): MailPage => {
      return { rows, counts, matches, tags: this.tags() };
    };
    // What the list and its counts know already.
    const isList = !query || query.terms.length === 0;
    if (isList || isUnreadAlone(query)) {
      const { total, unread } = counts;
      const matches = isList ? { total, unread } : { total: unread, unread };
      const rows = this.#walk.shown(request, !isList);
      return rows instanceof Promise ? rows.then(shown => made(shown, matches)) : made(rows, matches);
    }
    const found = this.#walk.searchShown({ ...request, query, count: true });
    return found.then(({ rows, ...matches }) => made(rows, matches));
  }

  offsetOf(id: string): number | null {
    const row = this.#mails.find(id);
    return row && this.#walk.countAbove([row.createdAtMs, row.number]);
  }

  countAfter(atMs: number): number {
    return this.#walk.countAbove([atMs, Number.POSITIVE_INFINITY]);
  }

  timeCounts(spanMs: number, goOn?: GoOn): Promise<readonly TimeCount[]> {
    return this.#walk.timeCounts(spanMs, goOn);
  }

  find(id: string): MailRow | null {
    return this.#mails.find(id);
  }

  hasMessageId(messageId: string): boolean {
    return this.#mails.hasMessageId(messageId);
  }

  raw(id: string): KeptRaw | null {
    return this.#mails.raw(id);
  }

  tags(): readonly TagCount[] {
    return this.#tags.list();
  }

  async search(request: SearchRequest): Promise<SearchResult> {
    const { total, unread } = request.count ? this.#totals : nothingCounted;
    // What the list and its counts know already.
    if (request.query.terms.length === 0) return { rows: await this.#walk.list(request), total, unread };
    if (isUnreadAlone(request.query))
      return { rows: await this.#walk.list(request, true), total: unread, unread };
    return this.#walk.search(request);
  }

  match(query: SearchQuery, goOn?: GoOn): Promise<readonly string[]> {
    return this.#walk.match(query, goOn);
  }
}

const nothingCounted = { total: 0, unread: 0 };

function* inOrder(next: (afterNumber: number) => readonly StoredMail[]): Iterable<StoredMail> {
  for (let mails = next(0); mails.length > 0; mails = next(mails.at(-1)?.number ?? 0)) yield* mails;
}

const isSameTag = (a: string, b: string) => foldCase(a) === foldCase(b);
const without = (tags: readonly string[], name: string) => tags.filter(tag => !isSameTag(tag, name));
const replaced = (tags: readonly string[], name: string, newName: string) =>
  tags.map(tag => (isSameTag(tag, name) ? newName : tag));
