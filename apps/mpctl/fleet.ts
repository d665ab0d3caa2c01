/**
 * The fleet as commands see it: run by a controller, or the tenants file alone where none answers. Where nothing runs,
 * what only a running tenant has is null.
 */
import type { TenantChange } from '../../libs/spec/edit-files.ts';
import type {
  DryRunReply,
  PlanReply,
  RemovedReply,
  TenantDetail,
  TenantReply,
  TenantRow,
} from '../../libs/wire/control-http.ts';
import type {
  BackupReply,
  ExportDone,
  ImportDone,
  RepairReply,
  RestoreBackup,
  RestoredReply,
} from '../../libs/wire/mail-work.ts';

/** A change that keeps the tenant. */
export type Edit = Exclude<TenantChange, { verb: 'remove' }>;
export type Removal = Extract<TenantChange, { verb: 'remove' }>;

type Nullable<T, Keys extends keyof T> = Omit<T, Keys> & { readonly [Key in Keys]: T[Key] | null };

export type ChangedTenant = Nullable<TenantReply, 'uid' | 'state'>;
export type RemovedTenant = Nullable<RemovedReply, 'uid'>;
export type ListedTenant = Nullable<
  TenantRow,
  'uid' | 'state' | 'shard' | 'messages' | 'bytes' | 'connections'
>;
export type ShownTenant = ChangedTenant & {
  readonly row: ListedTenant;
  readonly counters: TenantDetail['counters'] | null;
  readonly spec: TenantDetail['spec'];
};

export interface Fleet {
  plan(): Promise<PlanReply>;
  list(): Promise<readonly ListedTenant[]>;
  show(name: string): Promise<ShownTenant>;
  /** Resolves when the tenant's listeners answer. */
  edit(edit: Edit): Promise<ChangedTenant>;
  remove(removal: Removal): Promise<RemovedTenant>;
  /** Brings a tenant back from the trash: the one that left last, unless `uid` says which. */
  restore(name: string, uid: string | null): Promise<ChangedTenant>;
  /** Writes a backup of all tenants below a folder. Paths are absolute here and below. */
  backup(dir: string): Promise<BackupReply>;
  restoreBackup(request: RestoreBackup): Promise<RestoredReply>;
  exportMail(name: string, path: string): Promise<ExportDone>;
  repair(name: string): Promise<RepairReply>;
  importMail(name: string, path: string, allowPrune: boolean): Promise<ImportDone>;
  /** What a change would do; it does nothing. */
  preview(change: TenantChange): Promise<DryRunReply>;
}
