import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { parseTenantUid, type TenantId, type TenantUid } from '../base/ids.ts';
import { Refusal } from '../base/refusal.ts';
import {
  leavingNotePath,
  purgedTenantDir,
  strayDir,
  strayTenantDir,
  tenantDataDir,
  trashDir,
  trashedNotePath,
  trashedTenantDir,
} from '../spec/paths.ts';
import { type FaultyStanza, isFault, settingsOf } from '../spec/tenant-stanza.ts';
import type { Setting, TrashedTenant } from '../wire/control-http.ts';
import type { MailLimits } from './kept-limits.ts';
import { syncFolder } from './replace-file.ts';

/** Whose folder lies in the trash, since when and why: `.trash/<uid>/trashed.json`. */
export type Trashed = {
  readonly name: TenantId;
  readonly atMs: number;
  /**
   * A tenant that vanished from the file gets its folder back when its name returns. One that was removed does not, and
   * one in whose place another was restored neither.
   */
  readonly why: 'vanished' | 'removed' | 'replaced';
  /** What stood in the file for it; left out where that was not known any more. */
  readonly stanza?: string;
  /** By what its mail was removed; left out where that was not known any more. */
  readonly limits?: MailLimits;
};

/** Folders of tenants that left, by uid, for a grace time. */
export class Trash {
  readonly #dataDir: string;
  readonly #folders = new Map<TenantUid, Trashed>();
  /** How long a folder is kept. */
  graceMs: number;

  private constructor(dataDir: string, graceMs: number) {
    this.#dataDir = dataDir;
    this.graceMs = graceMs;
  }

  static open(dataDir: string, graceMs: number): Trash {
    const trash = new Trash(dataDir, graceMs);
    const dir = trashDir(dataDir);
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    for (const entry of readdirSync(dir)) {
      const uid = parseTenantUid(entry);
      if (uid !== null) trash.#folders.set(uid, readTrashed(trashedTenantDir(dataDir, uid)));
    }
    return trash;
  }

  has(uid: TenantUid): boolean {
    return this.#folders.has(uid);
  }

  /** Oldest first. */
  list(): TrashedTenant[] {
    return [...this.#folders]
      .map(([uid, { name, atMs, why }]) => ({ name, uid, why, atMs, untilMs: atMs + this.graceMs }))
      .sort((a, b) => a.atMs - b.atMs);
  }

  /** Takes the folder that `tenant` has now. */
  put(tenant: TenantId, uid: TenantUid, trashed: Trashed): void {
    const from = tenantDataDir(this.#dataDir, tenant);
    writeFileSync(trashedNotePath(from), JSON.stringify(trashed), { mode: 0o600 });
    renameSync(from, trashedTenantDir(this.#dataDir, uid));
    rmSync(leavingNotePath(trashedTenantDir(this.#dataDir, uid)), { force: true });
    this.#folders.set(uid, trashed);
  }

  /** Gives a name the folder back that it vanished with last. */
  takeBack(name: TenantId, nowMs: number): void {
    const uid = this.#newest(
      trashed => trashed.name === name && trashed.why === 'vanished' && nowMs - trashed.atMs < this.graceMs,
    );
    if (uid !== null) this.#takeOut(uid);
  }

  /**
   * Brings a tenant back whose name is free, the one that left last unless `uid` says which: gives it its folder, then
   * lets `add` write it into the file. Where that fails it is in the trash as before.
   * @throws Refusal TENANT_NOT_FOUND
   */
  async restore(
    name: TenantId,
    uid: TenantUid | null,
    add: (settings: readonly Setting[], limits: MailLimits | null) => Promise<void>,
  ): Promise<void> {
    const found = this.#newest((trashed, of) => trashed.name === name && (uid === null || of === uid));
    const trashed = found && this.#folders.get(found);
    if (!found || !trashed) {
      const which = uid === null ? '' : ` with the uid ${uid}`;
      const hint = '`mpctl status` lists what is there';
      throw new Refusal('TENANT_NOT_FOUND', `there is no ${name}${which} in the trash`, [], hint);
    }
    this.#takeOut(found);
    try {
      const settings = await settingsOf(trashed.stanza ?? '', name);
      if (isFault(settings)) throw badNote(trashedNotePath(trashedTenantDir(this.#dataDir, found)), settings);
      await add(settings, trashed.limits ?? null);
    } catch (error) {
      this.put(name, found, trashed);
      throw error;
    }
  }

  /** Removes what has lain longer than the grace time; resolves to whose it was. */
  async purge(nowMs: number): Promise<TenantUid[]> {
    const dir = trashDir(this.#dataDir);
    const old = [...this.#folders].filter(([, { atMs }]) => nowMs - atMs >= this.graceMs).map(([uid]) => uid);
    for (const uid of old) {
      // First its name: nobody finds half of it.
      renameSync(trashedTenantDir(this.#dataDir, uid), purgedTenantDir(this.#dataDir, uid));
      this.#folders.delete(uid);
    }
    if (old.length > 0) syncFolder(dir);
    for (const entry of readdirSync(dir)) {
      const [name = '', suffix] = entry.split('.');
      const uid = suffix === 'purged' ? parseTenantUid(name) : null;
      if (uid !== null) await rm(purgedTenantDir(this.#dataDir, uid), { recursive: true, force: true });
    }
    return [...old, ...(await this.#purgeStray(nowMs))];
  }

  /** What a start found in the journals of tenants that it did not know: of such as were purged, or whose folder is lost. */
  async #purgeStray(nowMs: number): Promise<TenantUid[]> {
    const dir = strayDir(this.#dataDir);
    const uids = existsSync(dir) ? readdirSync(dir).flatMap(name => parseTenantUid(name) ?? []) : [];
    const old = uids.filter(
      uid => nowMs - statSync(strayTenantDir(this.#dataDir, uid)).mtimeMs >= this.graceMs,
    );
    for (const uid of old) await rm(strayTenantDir(this.#dataDir, uid), { recursive: true, force: true });
    return old;
  }

  #newest(isMeant: (trashed: Trashed, uid: TenantUid) => boolean): TenantUid | null {
    const [newest] = [...this.#folders]
      .filter(([uid, trashed]) => isMeant(trashed, uid))
      .sort(([, a], [, b]) => b.atMs - a.atMs);
    return newest?.[0] ?? null;
  }

  #takeOut(uid: TenantUid): void {
    const trashed = this.#folders.get(uid);
    if (!trashed) return;
    const from = trashedTenantDir(this.#dataDir, uid);
    const to = tenantDataDir(this.#dataDir, trashed.name);
    // Of a leaving that a crash cut short: it would take the folder away again.
    rmSync(leavingNotePath(from), { force: true });
    renameSync(from, to);
    rmSync(trashedNotePath(to), { force: true });
    this.#folders.delete(uid);
  }
}

function badNote(path: string, { fault }: FaultyStanza): Refusal {
  const hint = `without \`stanza\` in ${path} it comes back with the settings of a new tenant`;
  return new Refusal('BAD_TENANTS_FILE', `its settings cannot be read: ${fault}`, [], hint);
}

/** A folder whose note is lost is kept for the grace time, for whoever asks for its uid. */
function readTrashed(folder: string): Trashed {
  try {
    return JSON.parse(readFileSync(trashedNotePath(folder), 'utf8'));
  } catch {
    return { name: '' as TenantId, atMs: statSync(folder).mtimeMs, why: 'removed' };
  }
}
