import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { MpctlError } from '../../base/error.ts';
import { renderTimestamp } from '../../mail/mail-date.ts';
import { newMailId, type RandomSource } from '../../mail/new-mail-id.ts';
import { prepareKept, writtenAtMs } from '../../mail/prepare-mail.ts';
import type { RawSource } from '../change.ts';
import { syncFile, syncFolder } from '../sync-path.ts';
import { MailTable } from './mail-table.ts';
import { copyBefore, openDatabase } from './open-database.ts';
import { schemaSteps } from './schema.ts';
import { SqliteTags } from './sqlite-tags.ts';
import { Statements } from './statements.ts';

export type Repaired = {
  /** Mails that are there now. */
  readonly messages: number;
  /** Mails of which something was lost, or all. */
  readonly lost: number;
  readonly notes: readonly string[];
  /** Where the file as it was is kept; empty: nothing was wrong with it. */
  readonly kept: string;
};

/** Beyond this, numbers of mails are not tried one by one. */
const maxNumber = 10_000_000;

/**
 * Takes what can be read of a folder's damaged database into a new one, mail by mail, and keeps the damaged one beside it.
 * One that a newer program wrote is replaced by the copy from before that. Works through all of it without a pause: for
 * a process of its own, which is alone with the folder.
 * @throws MpctlError STORE_NEWER when there is no copy from before
 */
export async function repairDatabase(dir: string, nowMs: number, random: RandomSource): Promise<Repaired> {
  const path = join(dir, 'mail.db');
  const kept = `${path}.kept-${new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}`;
  const fresh = `${path}.repaired`;
  const reading = `${path}.reading`;
  await removeDatabase(fresh);
  await removeDatabase(reading);
  if (!existsSync(path)) return { messages: 0, lost: 0, notes: [], kept: '' };
  // The damaged one itself is not opened: opening writes.
  for (const suffix of suffixes)
    if (existsSync(`${path}${suffix}`)) await copyFile(`${path}${suffix}`, `${reading}${suffix}`);
  const state = await lookAt(reading);
  if (state === 'well') {
    const messages = countIn(reading);
    await removeDatabase(reading);
    return { messages, lost: 0, notes: [], kept: '' };
  }
  if (typeof state === 'number') {
    await removeDatabase(reading);
    return goBack(path, state, kept);
  }
  const target = await openDatabase(fresh);
  const source = new DamagedFile(reading);
  const outcome = new Rescue(dir, source, target, nowMs, random).run();
  source.close();
  target.pragma('wal_checkpoint(TRUNCATE)');
  target.close();
  await syncFile(fresh);
  await removeDatabase(reading);
  await moveDatabase(path, kept);
  await rename(fresh, path);
  await removeDatabase(fresh);
  await syncFolder(dir);
  return { ...outcome, kept };
}

/** Of the files that make up a database; the log first, so that it never stands beside another file. */
const suffixes = ['-wal', '-shm', ''];

async function removeDatabase(path: string): Promise<void> {
  for (const suffix of suffixes) await rm(`${path}${suffix}`, { force: true });
  for (let version = 1; version < schemaSteps.length; version++)
    await rm(copyBefore(path, version), { force: true });
}

async function moveDatabase(path: string, to: string): Promise<void> {
  for (const suffix of suffixes)
    if (existsSync(`${path}${suffix}`)) await rename(`${path}${suffix}`, `${to}${suffix}`);
}

/** A number: the schema that is too new. */
async function lookAt(path: string): Promise<'well' | 'damaged' | number> {
  try {
    const db = await openDatabase(path);
    try {
      return db.pragma('integrity_check(1)', { simple: true }) === 'ok' ? 'well' : 'damaged';
    } finally {
      db.close();
    }
  } catch (error) {
    if (error instanceof MpctlError && error.code === 'STORE_NEWER') {
      const db = new Database(path, { readonly: true });
      const version = db.pragma('user_version', { simple: true }) as number;
      db.close();
      return version;
    }
    const { code = '' } = error as { code?: string };
    if (/^SQLITE_(BUSY|LOCKED|FULL|CANTOPEN|IOERR)/.test(code)) throw error;
    return 'damaged';
  }
}

async function goBack(path: string, version: number, kept: string): Promise<Repaired> {
  const known = schemaSteps.length;
  const copy = copyBefore(path, known);
  if (!existsSync(copy)) {
    throw new MpctlError('STORE_NEWER', `${path} has schema ${version}, this program knows ${known}`, {
      hint: 'there is no copy from before: run the newer mpctl',
    });
  }
  await moveDatabase(path, kept);
  await copyFile(copy, path);
  await syncFile(path);
  await syncFolder(dirname(path));
  const notes = [
    'this is the mailbox from before a newer mpctl changed it: what came later is in the kept file alone',
  ];
  return { messages: countIn(path), lost: 0, notes, kept };
}

function countIn(path: string): number {
  if (!existsSync(path)) return 0;
  const db = new Database(path, { readonly: true });
  try {
    return db.prepare('SELECT total FROM state').pluck().get() as number;
  } finally {
    db.close();
  }
}

/** A file of which every look may fail: then there is nothing. */
class DamagedFile {
  readonly #db: Database.Database | null;
  /** Looks that failed. */
  failures = 0;

  constructor(path: string) {
    this.#db = attempt(() => new Database(path));
  }

  row(sql: string, ...values: unknown[]): unknown[] | null {
    try {
      const found = this.#db
        ?.prepare(sql)
        .raw()
        .get(...values);
      return (found as unknown[] | undefined) ?? null;
    } catch {
      this.failures += 1;
      return null;
    }
  }

  rows(sql: string): unknown[][] {
    return (attempt(() => this.#db?.prepare(sql).raw().all()) ?? []) as unknown[][];
  }

  close(): void {
    attempt(() => this.#db?.close());
  }
}

/** What it takes from one file into another. */
class Rescue {
  readonly #dir: string;
  readonly #source: DamagedFile;
  readonly #statements: Statements;
  readonly #mails: MailTable;
  readonly #tags: SqliteTags;
  readonly #nowMs: number;
  readonly #random: RandomSource;
  readonly #ids = new Set<string>();
  readonly #largeFiles = new Set<string>();
  readonly #notes: string[] = [];
  #totals = { total: 0, unread: 0, bytes: 0 };
  #lost = 0;
  /** Of the lost: those that are not there any more. */
  #gone = 0;
  /** Numbers of which nothing could be read, so that nobody knows whether a mail had them. */
  readonly #unknown: number[] = [];

  constructor(
    dir: string,
    source: DamagedFile,
    target: Database.Database,
    nowMs: number,
    random: RandomSource,
  ) {
    this.#dir = dir;
    this.#source = source;
    this.#statements = new Statements(target);
    this.#mails = new MailTable(this.#statements);
    this.#tags = new SqliteTags(this.#statements);
    this.#nowMs = nowMs;
    this.#random = random;
  }

  run(): Omit<Repaired, 'kept'> {
    const state = this.#source.row('SELECT position, last_number, total FROM state') ?? [];
    const [position, stateNumber] = [safeNumber(state[0]), safeNumber(state[1])];
    // On its own: a file that could not be raised to this schema does not know it.
    const journal = String(this.#source.row('SELECT journal FROM state')?.[0] ?? '');
    if (position === 0) this.#notes.push('how far the journal had been applied could not be read');
    const tables = ['mail', 'raw', 'text'].map(table =>
      safeNumber(this.#source.row(`SELECT number FROM ${table} ORDER BY number DESC LIMIT 1`)?.[0]),
    );
    let lastNumber = Math.min(Math.max(stateNumber, ...tables), maxNumber);
    this.#statements.run('BEGIN');
    // One by one: what is damaged hides its neighbours from a scan, and not from a look at each.
    for (let number = 1; number <= lastNumber; number++) this.#take(number);
    for (const file of this.#orphans()) {
      lastNumber += 1;
      this.#keep(lastNumber, { file }, null, file.replace(/\.zst$/, ''));
    }
    const { total, unread, bytes } = this.#totals;
    this.#countTheGone(state.length > 0 ? safeNumber(state[2]) : null);
    this.#statements.run(
      'UPDATE state SET journal = ?, position = ?, last_number = ?, total = ?, unread = ?, bytes = ?, packed = 0',
      journal,
      position,
      lastNumber,
      total,
      unread,
      bytes,
    );
    for (const [journal, position] of this.#source.rows('SELECT journal, position FROM applied'))
      this.#statements.run('INSERT INTO applied VALUES (?, ?)', journal, position);
    this.#statements.run('COMMIT');
    return { messages: total, lost: this.#lost, notes: this.#notes };
  }

  /** `before`: how many mails there were, where that could be read. */
  #countTheGone(before: number | null): void {
    const where = this.#unknown.length > 0 ? ` of the numbers ${renderRanges(this.#unknown)}` : '';
    if (before === null) {
      this.#notes.push(
        `how many mails there were could not be read: more may be lost${where && `, any${where}`}`,
      );
      return;
    }
    const more = before - this.#totals.total - this.#gone;
    if (more <= 0) return;
    this.#lost += more;
    this.#notes.push(`${more} more mails are lost without a trace${where && `, some${where}`}`);
  }

  #take(number: number): void {
    const { failures } = this.#source;
    const row = this.#source.row('SELECT id, created, read, tags, json FROM mail WHERE number = ?', number);
    const raw = this.#source.row('SELECT encoding, bytes FROM raw WHERE number = ?', number);
    if (!row && !raw) {
      if (this.#source.failures > failures) this.#unknown.push(number);
      return;
    }
    const source = (raw && this.#sourceOf(raw as [number, Buffer])) ?? this.#largeOf(row);
    if (!source) {
      this.#lost += 1;
      this.#gone += 1;
      this.#notes.push(`mail ${number}${row ? ` (${row[0]})` : ''} is lost: its bytes could not be read`);
      return;
    }
    this.#keep(number, source, row, null);
  }

  /** null: it cannot be read. */
  #sourceOf([encoding, bytes]: [number, Buffer]): RawSource | null {
    if (encoding === 0) return bytes;
    if (encoding === 1) return attempt(() => zstdDecompressSync(bytes));
    const file = bytes.toString();
    this.#largeFiles.add(file);
    return attempt(() => this.#readLarge(file)) ? { file } : null;
  }

  /** Where the mail's row alone is left, its bytes may be in a file of their own, which is named for it. */
  #largeOf(row: unknown[] | null): RawSource | null {
    const id = String(row?.[0] ?? '');
    if (!/^[\w-]+$/.test(id)) return null;
    const file = [`${id}.zst`, id].find(name => attempt(() => this.#readLarge(name)));
    if (file === undefined) return null;
    this.#largeFiles.add(file);
    return { file };
  }

  #keep(number: number, source: RawSource, row: unknown[] | null, largeId: string | null): void {
    const raw = Buffer.isBuffer(source) ? source : attempt(() => this.#readLarge(source.file));
    if (!raw) return;
    const known = row && attempt(() => describe(row));
    const id = known?.id ?? largeId ?? newMailId(this.#random);
    if (this.#ids.has(id)) return;
    if (!known) {
      this.#lost += 1;
      this.#notes.push(`mail ${number} has lost its tags, its time and whether it was read: it is ${id} now`);
    }
    const createdAtMs = known?.createdAtMs ?? Math.min(writtenAtMs(raw) ?? this.#nowMs, this.#nowMs);
    const origin = {
      id,
      createdAtMs,
      created: known?.created ?? renderTimestamp(createdAtMs),
      username: known?.username ?? '',
    };
    const { read, tags } = known ?? { read: false, tags: [] };
    const mail = prepareKept(raw, origin, { read, tags });
    this.#mails.insert(number, { kind: 'mail', ...mail, raw: source, retention: noLimits, atMs: 0 });
    if (tags.length > 0) this.#mails.setTags(number, this.#tags.exchange(number, [], tags));
    this.#ids.add(id);
    this.#totals = {
      total: this.#totals.total + 1,
      unread: this.#totals.unread + (read ? 0 : 1),
      bytes: this.#totals.bytes + raw.length,
    };
  }

  /** Large mail of which the database knows nothing any more. */
  #orphans(): string[] {
    const names = attempt(() => readdirSync(join(this.#dir, 'big'))) ?? [];
    return names.filter(name => !this.#largeFiles.has(name) && /^[\w-]+(\.zst)?$/.test(name));
  }

  #readLarge(file: string): Buffer {
    const bytes = readFileSync(join(this.#dir, 'big', file));
    return file.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes;
  }
}

/** e.g. `3, 7–12` */
function renderRanges(numbers: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const number of numbers) {
    const range = ranges.at(-1);
    if (range && range[1] === number - 1) range[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(', ');
}

const noLimits = { maxMessages: 0, maxAgeMs: 0, maxBytes: 0 };

/** What a row says that the mail's bytes do not. Throws when it makes no sense. */
function describe([id, createdAtMs, read, tags, json]: unknown[]) {
  const [head = '', middle = '', tail = ''] = String(json).split('\n');
  const { Created, Username } = JSON.parse(`${head}false${middle}[]${tail}`);
  if (typeof id !== 'string' || typeof createdAtMs !== 'number') throw new TypeError('no row');
  return {
    id,
    createdAtMs,
    created: String(Created),
    username: String(Username ?? ''),
    read: read === 1,
    tags: (tags === null ? [] : JSON.parse(String(tags))) as string[],
  };
}

function safeNumber(value: unknown): number {
  return Number.isSafeInteger(value) ? Math.max(0, value as number) : 0;
}

/** What cannot be read is what a repair is about. */
function attempt<Result>(look: () => Result): Result | null {
  try {
    return look();
  } catch {
    return null;
  }
}
