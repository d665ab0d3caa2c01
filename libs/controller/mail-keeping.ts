import type { TenantId, TenantUid } from '../base/ids.ts';
import { Refusal } from '../base/refusal.ts';
import type { TenantChange } from '../spec/edit-files.ts';
import type { BackupReply, ExportDone, ImportDone, RestoreBackup, RestoredReply } from '../wire/mail-work.ts';
import type { GoodReading } from './good-reading.ts';
import type { MailHands } from './mail-hands.ts';
import { restoreBackup } from './restore-backup.ts';
import { Serial } from './serial.ts';
import type { TenantFolders } from './tenant-folders.ts';
import { writeBackup } from './write-backup.ts';

export type MailKeepingOptions = {
  /** The main tenants file. */
  readonly configPath: string;
  readonly mpctlVersion: string;
  readonly hands: MailHands;
  readonly folders: TenantFolders;
  /** What the files say of the tenants that are there. */
  readonly reading: () => GoodReading;
  readonly uidOf: (tenant: TenantId) => TenantUid | null;
  readonly change: (change: TenantChange) => Promise<unknown>;
  readonly clock: () => number;
};

/** What is done with all mail of tenants, whether a fleet runs or not. */
export class MailKeeping {
  readonly #options: MailKeepingOptions;
  /** One backup or restoration after the other: they use the same folders. */
  readonly #serial = new Serial();

  constructor(options: MailKeepingOptions) {
    this.#options = options;
  }

  backup(dir: string): Promise<BackupReply> {
    const { configPath, mpctlVersion, hands, uidOf, reading, clock } = this.#options;
    return this.#serial.do(() =>
      writeBackup({ dir, configPath, mpctlVersion, hands, uidOf, reading: reading(), nowMs: clock() }),
    );
  }

  restore(request: RestoreBackup): Promise<RestoredReply> {
    const { folders, hands, change, clock, reading } = this.#options;
    const { dataDir } = reading().fleet;
    const isThere = (tenant: TenantId) => reading().fleet.tenants.has(tenant);
    return this.#serial.do(() => restoreBackup(request, { dataDir, folders, hands, change, clock, isThere }));
  }

  export(name: string, path: string): Promise<ExportDone> {
    return this.#options.hands.work(this.#find(name), { kind: 'export', path });
  }

  import(name: string, path: string, allowPrune: boolean): Promise<ImportDone> {
    return this.#options.hands.work(this.#find(name), { kind: 'import', path, allowPrune });
  }

  #find(name: string): TenantId {
    const tenant = this.#options.reading().fleet.tenants.get(name as TenantId);
    if (!tenant) throw new Refusal('TENANT_NOT_FOUND', `there is no tenant ${name}`);
    return tenant.id;
  }
}
