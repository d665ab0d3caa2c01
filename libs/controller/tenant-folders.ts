import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { isDiskFull } from '../base/disk-error.ts';
import { MpctlError } from '../base/error.ts';
import { parseTenantId, parseTenantUid, type TenantId, type TenantUid } from '../base/ids.ts';
import {
  incomingDir,
  incomingRoot,
  leavingNotePath,
  tenantDataDir,
  tenantFilePath,
  tenantUidPath,
} from '../spec/paths.ts';
import { forgetLeaving, type Leaving, readLeaving } from './leaving-note.ts';
import { NewUids } from './new-uids.ts';
import { readText, syncFolder } from './replace-file.ts';
import { syncFiles } from './sync-files.ts';
import { Trash } from './trash.ts';

/** Folders are made when nobody has come for so long, and 1 ms longer for each: a start or a burst is over. */
const makeAfterMs = 2000;

/** Of more names than this it is quicker to list all folders than to look for each. */
const manyNames = 100;

/**
 * The tenants' data folders. A name gets a uid when it comes, made once and never used again; the uid stays with the
 * folder, whatever the folder is called later.
 */
export class TenantFolders implements AsyncDisposable {
  readonly #dataDir: string;
  readonly #new: NewUids;
  readonly trash: Trash;
  #timer: NodeJS.Timeout | undefined;
  #making: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(dataDir: string, graceMs: number) {
    this.#dataDir = dataDir;
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    // Of a restoration that did not come to its end.
    rmSync(incomingRoot(dataDir), { recursive: true, force: true });
    this.#new = new NewUids(dataDir);
    this.trash = Trash.open(dataDir, graceMs);
    this.#makeLater();
  }

  /** Names that have a folder, or are about to. */
  names(): TenantId[] {
    const folders = readdirSync(this.#dataDir, { withFileTypes: true }).flatMap(entry => {
      const name = entry.isDirectory() ? parseTenantId(entry.name) : null;
      return name === null ? [] : [name];
    });
    return [...new Set([...folders, ...this.#new.names()])];
  }

  /**
   * Uids of tenants that are about to open, in their order; one's failure is its own. Who has none gets the folder back
   * that it vanished with, or a new uid, which is on disk then; its folder follows.
   */
  admit(tenants: readonly TenantId[], nowMs: number): (TenantUid | MpctlError)[] {
    const fresh = new Map<TenantId, TenantUid>();
    try {
      const folders = tenants.length > manyNames ? new Set<string>(readdirSync(this.#dataDir)) : null;
      const uids = tenants.map(tenant => {
        const isNew = folders?.has(tenant) === false;
        const own = isNew ? this.#new.get(tenant) : this.#readUid(tenant);
        const known = own ?? this.#takeBack(tenant, nowMs);
        if (known !== null) return known;
        const uid = randomBytes(8).toString('hex') as TenantUid;
        fresh.set(tenant, uid);
        return uid;
      });
      if (fresh.size > 0) this.#new.add(fresh);
      this.#makeLater();
      return uids;
    } catch (cause) {
      const { message } = cause as Error;
      const failure = new MpctlError('TENANT_FOLDER', `cannot use ${this.#dataDir}: ${message}`, { cause });
      return tenants.map(() => failure);
    }
  }

  leavingOf(tenant: TenantId): Leaving | null {
    return readLeaving(this.#dataDir, tenant);
  }

  /** A tenant is closed and gone from the file: its folder goes to its new name or to the trash. */
  release(tenant: TenantId, nowMs: number): void {
    const uid = this.#readUid(tenant);
    if (uid !== null) this.#make(tenant, uid);
    // Else a crash would leave the uid to two: its folder stands under another name soon.
    this.#new.forget(tenant);
    const leaving = this.leavingOf(tenant);
    const next = leaving && 'renamedTo' in leaving ? leaving.renamedTo : null;
    // The note goes with the folder, and last: whatever ends this before, the next start finds it and does the same.
    if (uid === null) {
      forgetLeaving(this.#dataDir, tenant);
      this.#removeEmpty(tenant);
    } else if (next !== null && this.#readUid(next) === null) {
      renameSync(tenantDataDir(this.#dataDir, tenant), tenantDataDir(this.#dataDir, next));
      forgetLeaving(this.#dataDir, next);
    } else {
      const removed = leaving && 'removed' in leaving ? leaving : null;
      const stanza = removed?.stanza;
      const why = removed ? 'removed' : 'vanished';
      // Under its new name, if it has one: who has that now may be about to leave it, too.
      this.trash.put(tenant, uid, { name: next ?? tenant, atMs: nowMs, why, ...(stanza ? { stanza } : {}) });
    }
  }

  /**
   * Carries out what was noted while no controller ran. What vanished from the file without a note goes to the trash, or
   * stays for a controller.
   */
  settle(isThere: (tenant: TenantId) => boolean, vanished: 'goes' | 'stays', nowMs: number): void {
    for (const name of this.names()) {
      const leaving = this.leavingOf(name);
      const hasLeft = isThere(name) ? leaving?.left : leaving !== null || vanished === 'goes';
      try {
        if (hasLeft) this.release(name, nowMs);
        else if (leaving) forgetLeaving(this.#dataDir, name);
      } catch (error) {
        // Its folder stays where it is, for the next start.
        if (!isDiskFull(error)) throw error;
      }
    }
  }

  /**
   * Puts what a tenant has into the trash, though it stays; {@link takeIn} gives it another folder. Returns why it is about
   * to leave its name, if it is: that is for the other one, too.
   */
  setAside(tenant: TenantId, uid: TenantUid, nowMs: number): Leaving | null {
    this.#make(tenant, uid);
    const leaving = this.leavingOf(tenant);
    this.trash.put(tenant, uid, { name: tenant, atMs: nowMs, why: 'replaced' });
    this.#new.forget(tenant);
    return leaving;
  }

  /** Makes a folder that lies ready a tenant's, who has none; it is on disk then. */
  takeIn(tenant: TenantId, uid: TenantUid, leaving: Leaving | null = null): void {
    const from = incomingDir(this.#dataDir, uid);
    if (leaving) writeFileSync(leavingNotePath(from), JSON.stringify(leaving), { mode: 0o600 });
    writeFileSync(tenantFilePath(from, 'uid'), `${uid}\n`, { mode: 0o600, flush: true });
    syncFolder(from);
    renameSync(from, tenantDataDir(this.#dataDir, tenant));
    syncFolder(this.#dataDir);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#making;
  }

  #makeLater(): void {
    clearTimeout(this.#timer);
    if (this.#new.size === 0 || this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#making = this.#making.then(() => this.#makeAll());
    }, makeAfterMs + this.#new.size).unref();
  }

  /** Makes the folders of new tenants, beside everything else that goes on. What fails is tried again: the uids are safe where they are. */
  async #makeAll(): Promise<void> {
    const made = new Map<TenantId, TenantUid>();
    for (const [tenant, uid] of [...this.#new.entries()]) {
      if (this.#closed) return;
      try {
        await mkdir(tenantDataDir(this.#dataDir, tenant), { recursive: true, mode: 0o700 });
        // The tenant may have left meanwhile, and somebody else may have its name.
        if (this.#new.get(tenant) !== uid) continue;
        this.#writeUid(tenant, uid, false);
        made.set(tenant, uid);
      } catch {
        // No room, or no right: who opens the tenant tells that.
      }
    }
    const isMade = () => [...this.#new.entries()].filter(([tenant, uid]) => made.get(tenant) === uid);
    try {
      await syncFiles(
        isMade().map(([tenant]) => tenantUidPath(this.#dataDir, tenant)),
        this.#dataDir,
      );
    } catch {
      made.clear();
    }
    if (isMade().length === this.#new.size) this.#new.clear();
    else this.#makeLater();
  }

  /** For who cannot wait. It is on disk then. */
  #make(tenant: TenantId, uid: TenantUid): void {
    const dir = tenantDataDir(this.#dataDir, tenant);
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    this.#writeUid(tenant, uid, true);
    if (this.#new.get(tenant) !== null) for (const path of [dir, this.#dataDir]) syncFolder(path);
  }

  /** In place of one that a loss of power cut off, too. */
  #writeUid(tenant: TenantId, uid: TenantUid, flush: boolean): void {
    const path = tenantUidPath(this.#dataDir, tenant);
    const isThere = existsSync(path) && parseTenantUid(readText(path)?.trim() ?? '') !== null;
    if (!isThere) writeFileSync(path, `${uid}\n`, { mode: 0o600, flush });
  }

  /** What has no uid is no tenant's: nothing but a note lay in it. */
  #removeEmpty(tenant: TenantId): void {
    try {
      rmdirSync(tenantDataDir(this.#dataDir, tenant));
    } catch {
      // There is none, or somebody put something there, which is theirs.
    }
  }

  #takeBack(tenant: TenantId, nowMs: number): TenantUid | null {
    this.trash.takeBack(tenant, nowMs);
    return this.#readUid(tenant);
  }

  #readUid(tenant: TenantId): TenantUid | null {
    const text = readText(tenantUidPath(this.#dataDir, tenant));
    return parseTenantUid(text?.trim() ?? '') ?? this.#new.get(tenant);
  }
}
