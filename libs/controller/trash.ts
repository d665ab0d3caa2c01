import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { parseTenantUid, type TenantId, type TenantUid } from '../base/ids.ts';
import { tenantDataDir, trashDir, trashedNotePath, trashedTenantDir } from '../spec/paths.ts';

/** Whose folder lies in the trash, since when and why: `.trash/<uid>/trashed.json`. */
type Trashed = {
  readonly name: TenantId;
  readonly atMs: number;
  /** A tenant that vanished from the file gets its folder back when its name returns; one that was removed does not. */
  readonly why: 'vanished' | 'removed';
};

/** Folders of tenants that left, by uid, for a grace time. */
export class Trash {
  readonly #dataDir: string;
  readonly #graceMs: number;
  readonly #folders = new Map<TenantUid, Trashed>();

  private constructor(dataDir: string, graceMs: number) {
    this.#dataDir = dataDir;
    this.#graceMs = graceMs;
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

  put(name: TenantId, uid: TenantUid, why: Trashed['why'], nowMs: number): void {
    const from = tenantDataDir(this.#dataDir, name);
    const trashed: Trashed = { name, atMs: nowMs, why };
    writeFileSync(trashedNotePath(from), JSON.stringify(trashed), { mode: 0o600 });
    renameSync(from, trashedTenantDir(this.#dataDir, uid));
    this.#folders.set(uid, trashed);
  }

  /** Gives a name the folder back that it vanished with last. */
  takeBack(name: TenantId, nowMs: number): void {
    const [newest] = [...this.#folders]
      .filter(([, it]) => it.name === name && it.why === 'vanished' && nowMs - it.atMs < this.#graceMs)
      .sort(([, a], [, b]) => b.atMs - a.atMs);
    if (!newest) return;
    const [uid] = newest;
    const to = tenantDataDir(this.#dataDir, name);
    renameSync(trashedTenantDir(this.#dataDir, uid), to);
    rmSync(trashedNotePath(to), { force: true });
    this.#folders.delete(uid);
  }

  /** Forgets what has lain longer than the grace time. */
  purge(nowMs: number): TenantUid[] {
    const old = [...this.#folders]
      .filter(([, { atMs }]) => nowMs - atMs >= this.#graceMs)
      .map(([uid]) => uid);
    for (const uid of old) {
      rmSync(trashedTenantDir(this.#dataDir, uid), { recursive: true, force: true });
      this.#folders.delete(uid);
    }
    return old;
  }
}

/** A folder whose note is lost is kept for the grace time, for whoever asks for its uid. */
function readTrashed(folder: string): Trashed {
  try {
    return JSON.parse(readFileSync(trashedNotePath(folder), 'utf8'));
  } catch {
    return { name: '' as TenantId, atMs: statSync(folder).mtimeMs, why: 'removed' };
  }
}
