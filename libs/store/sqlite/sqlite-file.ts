import { closeSync, existsSync, fdatasync, openSync, renameSync, statSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type Database from 'better-sqlite3';
import { MpctlError } from '../../base/error.ts';
import type { MailFile, MailFileOptions } from '../mail-file.ts';
import { copyDescriptor, rewriteFile, syncFile, syncFolder } from '../sync-path.ts';
import { movedPath, openDatabase } from './open-database.ts';
import { storeError } from './sqlite-error.ts';
import { SqliteState } from './sqlite-state.ts';

/** Pages that one step of giving back space takes: a fraction of a millisecond. */
const shrinkStepPages = 64;
/** Space is given back when this many pages and this share of the file are unused. */
const shrinkFrom = { pages: 256, share: 0.2 };

/** Opens the mailbox of a folder; makes it when there is none. */
export async function openSqliteFile(dir: string, options: MailFileOptions = {}): Promise<MailFile> {
  const path = join(dir, 'mail.db');
  try {
    return new SqliteFile(await openDatabase(path, undefined, options.cacheBytes), path, options);
  } catch (error) {
    throw storeError(error, path);
  }
}

/**
 * SQLite in WAL mode that never syncs by itself, because that would hold the event loop. What its own syncs would
 * ensure is ensured here, in another thread:
 *
 * - the log is synced before it is folded into the file, the file before the log is cut, and the cut before the log is
 *   written again: else a power cut could leave the beginning of an old log beside a newer file;
 * - the folder is synced when the log or the file is new in it;
 * - after a sync that failed the log is written over itself, and folded anew: the file's pages come from there.
 *
 * What keeps other processes out is a lock that the system takes off when this one closes any descriptor of the file
 * (https://www.sqlite.org/howtocorrupt.html#posix_close_bug): so there is one for all that is done beside SQLite.
 */
class SqliteFile implements MailFile {
  readonly state: SqliteState;
  readonly #db: Database.Database;
  readonly #path: string;
  readonly #descriptor: number;
  /** Of the changes since it was opened, those that are safe. */
  #syncedChanges: number;
  /** The log or the names in the folder have not been synced since the file was opened. */
  #isNew = true;
  #isSuspect: boolean;
  /** What is on disk is not known any more, and would not be told by another sync. */
  #failure: MpctlError | null = null;
  #unlinking: Promise<void> = Promise.resolve();
  /** Who reads the file itself: only folding changes it, so it waits. */
  #frozen: Promise<void> | null = null;

  constructor(db: Database.Database, path: string, { isSuspect = false, nextTurn }: MailFileOptions) {
    this.#db = db;
    this.#path = path;
    this.#descriptor = openSync(path, 'r');
    this.state = new SqliteState(db, file => this.#unlink(join(dirname(path), 'big', file)), nextTurn);
    // A log that is there already is a crashed process's, who may not have synced it, or could not.
    this.#isSuspect = isSuspect || this.logBytes > 0;
    this.#syncedChanges = this.logBytes > 0 ? -1 : 0;
  }

  get isDirty(): boolean {
    return this.state.changes !== this.#syncedChanges;
  }

  get logBytes(): number {
    return statSync(this.#logPath, { throwIfNoEntry: false })?.size ?? 0;
  }

  get #logPath(): string {
    return `${this.#path}-wal`;
  }

  async sync(): Promise<void> {
    this.#check();
    const { changes } = this.state;
    if (this.#isSuspect && this.logBytes > 0) await this.#guard(() => rewriteFile(this.#logPath));
    await this.#syncFile(this.#logPath);
    this.#isSuspect = false;
    if (this.#isNew) await this.#guard(() => syncFolder(dirname(this.#path)));
    this.#isNew = false;
    this.#syncedChanges = changes;
  }

  async checkpoint(): Promise<void> {
    // The log grows for as long as that takes.
    if (this.#frozen) return;
    if (!(await this.#fold())) return;
    this.#pragma('wal_checkpoint(TRUNCATE)');
    await this.#syncFile(this.#logPath);
  }

  async freeze(): Promise<() => void> {
    while (this.#frozen) await this.#frozen;
    await this.checkpoint();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#frozen = promise.then(() => {
      this.#frozen = null;
    });
    return resolve;
  }

  /** Everything is in the file and safe there; the log is of no use any more, but still there. False: there was none. */
  async #fold(): Promise<boolean> {
    if (this.logBytes === 0) return false;
    await this.sync();
    this.#pragma('wal_checkpoint(PASSIVE)');
    await this.#guard(() => promisify(fdatasync)(this.#descriptor));
    return true;
  }

  copyTo(path: string): Promise<void> {
    return copyDescriptor(this.#descriptor, path);
  }

  tidy(isOver: () => boolean): boolean {
    return this.state.pack(isOver) || this.#shrink(isOver);
  }

  #shrink(isOver: () => boolean): boolean {
    let unused = this.#pragma('freelist_count');
    if (unused < Math.max(shrinkFrom.pages, this.#pragma('page_count') * shrinkFrom.share)) return false;
    do {
      // One step of the statement gives back one page: `exec` takes them all.
      this.#db.exec(`PRAGMA incremental_vacuum(${shrinkStepPages})`);
      unused -= shrinkStepPages;
    } while (unused > 0 && !isOver());
    return true;
  }

  async close(): Promise<void> {
    await this.#frozen;
    this.#check();
    await this.#unlinking;
    await this.#fold();
    this.#close();
  }

  #close(): void {
    this.#db.close();
    closeSync(this.#descriptor);
  }

  /** Closing folds the log into the file and removes it, unless the file is not where it was. */
  abandon(): void {
    const moved = movedPath(this.#path);
    try {
      renameSync(this.#path, moved);
    } catch {
      // Somebody took the file away: then it is not where it was either.
    }
    this.#close();
    if (existsSync(moved)) renameSync(moved, this.#path);
  }

  #pragma(pragma: string): number {
    try {
      return this.#db.pragma(pragma, { simple: true }) as number;
    } catch (error) {
      throw storeError(error, this.#path);
    }
  }

  #syncFile(path: string): Promise<void> {
    return this.#guard(() => syncFile(path));
  }

  async #guard(sync: () => Promise<void>): Promise<void> {
    try {
      await sync();
    } catch (cause) {
      this.#failure = new MpctlError('STORE_UNSYNCED', `cannot sync ${this.#path}`, { cause });
      throw this.#failure;
    }
  }

  #check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** One after the other. A file that stays is found by the next look for files that no mail has. */
  #unlink(path: string): void {
    this.#unlinking = this.#unlinking
      .then(() => this.#frozen)
      .then(() => unlink(path))
      .catch(() => {});
  }
}
