import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { MpctlError } from '../base/error.ts';
import { parseTenantId, parseTenantUid, type TenantId, type TenantUid } from '../base/ids.ts';
import { tenantDataDir, tenantUidPath } from '../spec/paths.ts';
import { forgetLeaving, type Leaving, readLeaving } from './leaving-note.ts';
import { readText } from './replace-file.ts';
import { syncFiles } from './sync-files.ts';
import { Trash } from './trash.ts';

/**
 * The tenants' data folders. A name gets a uid with its first folder, made once and never used again; the uid stays with
 * the folder, whatever the folder is called later.
 */
export class TenantFolders {
  readonly #dataDir: string;
  readonly trash: Trash;

  constructor(dataDir: string, graceMs: number) {
    this.#dataDir = dataDir;
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    this.trash = Trash.open(dataDir, graceMs);
  }

  /** Names that have a folder. */
  names(): TenantId[] {
    return readdirSync(this.#dataDir, { withFileTypes: true }).flatMap(entry => {
      const name = entry.isDirectory() ? parseTenantId(entry.name) : null;
      return name === null ? [] : [name];
    });
  }

  /**
   * Uids of tenants that are about to open, in their order; one's failure is its own. Who has no folder gets the one back
   * that it vanished with, or a new one. Resolves when new uids are on disk.
   */
  async admit(tenants: readonly TenantId[], nowMs: number): Promise<(TenantUid | MpctlError)[]> {
    const made: string[] = [];
    const uids = tenants.map(tenant => {
      try {
        const known = this.#readUid(tenant) ?? this.#takeBack(tenant, nowMs);
        if (known !== null) return known;
        const uid = randomBytes(8).toString('hex') as TenantUid;
        const path = tenantUidPath(this.#dataDir, tenant);
        mkdirSync(tenantDataDir(this.#dataDir, tenant), { recursive: true, mode: 0o700 });
        writeFileSync(path, `${uid}\n`, { mode: 0o600 });
        made.push(path);
        return uid;
      } catch (cause) {
        const { message } = cause as Error;
        return new MpctlError('TENANT_FOLDER', `cannot make the folder of ${tenant}: ${message}`, { cause });
      }
    });
    await syncFiles(made, this.#dataDir);
    return uids;
  }

  leavingOf(tenant: TenantId): Leaving | null {
    return readLeaving(this.#dataDir, tenant);
  }

  /** A tenant is closed and gone from the file: its folder goes to its new name or to the trash. */
  release(tenant: TenantId, nowMs: number): void {
    const uid = this.#readUid(tenant);
    const leaving = this.leavingOf(tenant);
    forgetLeaving(this.#dataDir, tenant);
    if (leaving && 'renamedTo' in leaving && this.#readUid(leaving.renamedTo) === null) {
      renameSync(tenantDataDir(this.#dataDir, tenant), tenantDataDir(this.#dataDir, leaving.renamedTo));
    } else if (uid !== null) {
      this.trash.put(tenant, uid, leaving && 'removed' in leaving ? 'removed' : 'vanished', nowMs);
    }
  }

  #takeBack(tenant: TenantId, nowMs: number): TenantUid | null {
    this.trash.takeBack(tenant, nowMs);
    return this.#readUid(tenant);
  }

  #readUid(tenant: TenantId): TenantUid | null {
    return parseTenantUid(readText(tenantUidPath(this.#dataDir, tenant))?.trim() ?? '');
  }
}
