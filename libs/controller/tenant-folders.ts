import { randomBytes } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { MpctlError } from '../base/error.ts';
import { parseTenantId, parseTenantUid, type TenantId, type TenantUid } from '../base/ids.ts';
import { isOriginal, type MadeAt } from '../spec/original-folder.ts';
import {
  incomingDir,
  incomingRoot,
  leavingNotePath,
  tenantDataDir,
  tenantFilePath,
  tenantUidPath,
} from '../spec/paths.ts';
import type { MailLimits } from './kept-limits.ts';
import { forgetLeaving, type Leaving, readLeaving } from './leaving-note.ts';
import { NewUids } from './new-uids.ts';
import { readText, syncFolder } from './replace-file.ts';
import { syncFiles } from './sync-files.ts';
import { Trash } from './trash.ts';

/** Folders are made when nobody has come for so long, and 1 ms longer for each: a start or a burst is over. */
const makeAfterMs = 2000;

/** Of more names than this it is quicker to list all folders than to look for each. */
const manyNames = 100;

type Entry = { isSymbolicLink(): boolean; isDirectory(): boolean };

/**
 * The tenants' data folders. A name gets a uid when it comes, made once and never used again; the uid stays with the
 * folder, whatever the folder is called later.
 */
export class TenantFolders implements AsyncDisposable {
  readonly #dataDir: string;
  readonly #new: NewUids;
  readonly trash: Trash;
  /** Whose a uid is, of tenants that were admitted. */
  readonly #owners = new Map<TenantUid, TenantId>();
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
   * that it vanished with, or a new uid, which is on disk then; its folder follows. Of two folders with the same uid one
   * is a copy, and refused: the other tenant's mail would come to it.
   */
  admit(tenants: readonly TenantId[], nowMs: number): (TenantUid | MpctlError)[] {
    const fresh = new Map<TenantId, TenantUid>();
    const admitted = new Map<TenantId, TenantUid | MpctlError>();
    const attempt = (tenant: TenantId, work: () => TenantUid) => {
      try {
        admitted.set(tenant, work());
      } catch (error) {
        admitted.set(tenant, this.#failure(tenant, error as Error));
      }
    };
    const entryOf = this.#entries(tenants);
    for (const tenant of tenants) {
      attempt(tenant, () => {
        const known = this.#knownUid(tenant, entryOf(tenant), nowMs);
        if (known === null) fresh.set(tenant, randomBytes(8).toString('hex') as TenantUid);
        const uid = known ?? (fresh.get(tenant) as TenantUid);
        const loser = this.#own(tenant, uid, admitted);
        if (loser === tenant) throw this.#copyOf(tenant, uid);
        if (loser) admitted.set(loser, this.#copyOf(loser, uid));
        return uid;
      });
    }
    if (fresh.size > 0) {
      try {
        this.#new.add(fresh);
      } catch (error) {
        // Of these alone: who has a folder can do without room for another's.
        for (const [tenant, uid] of fresh) {
          this.#owners.delete(uid);
          admitted.set(tenant, this.#failure(tenant, error as Error));
        }
      }
    }
    this.#makeLater();
    return tenants.map(tenant => admitted.get(tenant) as TenantUid | MpctlError);
  }

  leavingOf(tenant: TenantId): Leaving | null {
    return readLeaving(this.#dataDir, tenant);
  }

  /**
   * A tenant is closed and gone from the file: its folder goes to its new name or to the trash. `limits` are those that it
   * had, where they are known.
   */
  release(tenant: TenantId, nowMs: number, limits?: MailLimits): void {
    if (isLink(tenantDataDir(this.#dataDir, tenant))) {
      // What it leads to may be another's. The note was written there.
      forgetLeaving(this.#dataDir, tenant);
      return;
    }
    const uid = this.#uidToLeaveWith(tenant);
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
      const had = removed?.limits ?? limits;
      const why = removed ? 'removed' : 'vanished';
      const kept = { ...(stanza ? { stanza } : {}), ...(had ? { limits: had } : {}) };
      // Under its new name, if it has one: who has that now may be about to leave it, too.
      this.trash.put(tenant, uid, { name: next ?? tenant, atMs: nowMs, why, ...kept });
    }
  }

  /**
   * Carries out what was noted while no controller ran. What vanished from the file without a note goes to the trash, or
   * stays for a controller. Returns what kept tenants from leaving: their folders stay where they are, for the next start.
   */
  settle(
    isThere: (tenant: TenantId) => boolean,
    vanished: 'goes' | 'stays',
    nowMs: number,
  ): readonly MpctlError[] {
    const failures: MpctlError[] = [];
    for (const name of this.names()) {
      const leaving = this.leavingOf(name);
      const hasLeft = isThere(name) ? leaving?.left : leaving !== null || vanished === 'goes';
      try {
        if (hasLeft) this.release(name, nowMs);
        // Else somebody may have noted it just now, and be about to change the file that was read before.
        else if (leaving && vanished === 'goes') forgetLeaving(this.#dataDir, name);
      } catch (error) {
        failures.push(this.#failure(name, error as Error));
      }
    }
    return failures;
  }

  /**
   * Puts what a tenant has into the trash, though it stays; {@link takeIn} gives it another folder. Returns why it is about
   * to leave its name, if it is: that is for the other one, too.
   */
  setAside(tenant: TenantId, uid: TenantUid, nowMs: number, limits?: MailLimits): Leaving | null {
    this.#make(tenant, uid);
    const leaving = this.leavingOf(tenant);
    this.trash.put(tenant, uid, {
      name: tenant,
      atMs: nowMs,
      why: 'replaced',
      ...(limits ? { limits } : {}),
    });
    this.#owners.delete(uid);
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
    this.#owners.set(uid, tenant);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#making;
  }

  /** What stands under a tenant's name; null: nothing. Of many one look at all is enough. */
  #entries(tenants: readonly TenantId[]): (tenant: TenantId) => Entry | null {
    if (tenants.length <= manyNames) {
      return tenant => lstatSync(tenantDataDir(this.#dataDir, tenant), { throwIfNoEntry: false }) ?? null;
    }
    const all = readdirSync(this.#dataDir, { withFileTypes: true });
    const entries = new Map<string, Entry>(all.map(entry => [entry.name, entry]));
    return tenant => entries.get(tenant) ?? null;
  }

  #knownUid(tenant: TenantId, entry: Entry | null, nowMs: number): TenantUid | null {
    if (entry?.isSymbolicLink()) throw new Error('it is a symbolic link: put what it leads to in its place');
    if (entry && !entry.isDirectory()) throw new Error('it is no folder: move it away');
    return (entry ? this.#readUid(tenant) : this.#new.get(tenant)) ?? this.#takeBack(tenant, nowMs);
  }

  /** Notes whose the uid is. Returns who cannot have it: of those admitted together the one with the newer folder. */
  #own(
    tenant: TenantId,
    uid: TenantUid,
    admitted: ReadonlyMap<TenantId, TenantUid | MpctlError>,
  ): TenantId | null {
    const owner = this.#owners.get(uid) ?? tenant;
    const isSettled = owner === tenant || !admitted.has(owner);
    const isFirst = !isSettled && isOriginal(this.#madeAt(tenant), this.#madeAt(owner));
    if (owner === tenant || isFirst) this.#owners.set(uid, tenant);
    if (owner === tenant) return null;
    return isFirst ? owner : tenant;
  }

  #madeAt(tenant: TenantId): MadeAt {
    const { birthtimeMs = 0 } =
      statSync(tenantUidPath(this.#dataDir, tenant), { throwIfNoEntry: false }) ?? {};
    return { tenant, atMs: birthtimeMs };
  }

  #copyOf(tenant: TenantId, uid: TenantUid): MpctlError {
    const path = tenantUidPath(this.#dataDir, tenant);
    const ways = `remove ${path} to make it a tenant of its own; \`mpctl tenant export\` and \`import\` copy mail`;
    const owner = this.#owners.get(uid);
    return new MpctlError(
      'TENANT_FOLDER',
      `it has the same uid as ${owner}, whose folder was copied: ${ways}`,
    );
  }

  #failure(tenant: TenantId, cause: Error): MpctlError {
    if (cause instanceof MpctlError) return cause;
    const path = tenantDataDir(this.#dataDir, tenant);
    return new MpctlError('TENANT_FOLDER', `cannot use ${path}: ${cause.message}`, { cause });
  }

  /** Of a copy another one: its original has that uid, or lies in the trash under it. */
  #uidToLeaveWith(tenant: TenantId): TenantUid | null {
    const uid = this.#readUid(tenant);
    if (uid === null) return null;
    const owner = this.#owners.get(uid) ?? tenant;
    if (owner === tenant) this.#owners.delete(uid);
    if (owner === tenant && !this.trash.has(uid)) return uid;
    const own = randomBytes(8).toString('hex') as TenantUid;
    writeFileSync(tenantUidPath(this.#dataDir, tenant), `${own}\n`, { mode: 0o600, flush: true });
    return own;
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
    try {
      if (isMade().length === this.#new.size) this.#new.clear();
    } catch {
      // They stand in both places: that does no harm.
    }
    this.#makeLater();
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

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}
