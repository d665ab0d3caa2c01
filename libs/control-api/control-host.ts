/** What the control API asks of the controller. Refusals are thrown as `Refusal`, failures as `MpctlError`. */

import type { SessionRecord } from '../mail/session-record.ts';
import type { TenantChange } from '../spec/edit-files.ts';
import type {
  ApplyReply,
  ControlStatus,
  DryRunReply,
  PlanReply,
  RemovedReply,
  TenantDetail,
  TenantReply,
  TenantRow,
} from '../wire/control-http.ts';
import type {
  BackupReply,
  ExportDone,
  ImportDone,
  RepairReply,
  RestoreBackup,
  RestoredReply,
} from '../wire/mail-work.ts';

export interface ControlHost {
  status(): Promise<ControlStatus>;
  plan(): Promise<PlanReply>;
  apply(confirmed: boolean): Promise<ApplyReply>;
  /** Looks at the web server at once, and tries again what did not work. */
  retryProxy(): Promise<void>;
  list(): Promise<readonly TenantRow[]>;
  show(name: string): Promise<TenantDetail>;
  /** What was said in its last SMTP sessions, oldest first. */
  sessions(name: string): Promise<readonly SessionRecord[]>;
  /** Resolves when it is done, or is known not to work. */
  change(change: TenantChange): Promise<TenantReply | RemovedReply>;
  /** Brings a tenant back from the trash. */
  restore(name: string, uid: string | null): Promise<TenantReply>;
  /** Writes a backup below a folder; paths are absolute here and below. */
  backup(dir: string): Promise<BackupReply>;
  restoreBackup(request: RestoreBackup): Promise<RestoredReply>;
  /** All mail of a tenant into one file, unless it is `cancelled` meanwhile. */
  exportMail(name: string, path: string, cancelled: AbortSignal): Promise<ExportDone>;
  /** Makes a new database of what can be read of a damaged one. */
  repair(name: string): Promise<RepairReply>;
  importMail(name: string, path: string, allowPrune: boolean): Promise<ImportDone>;
  /** What a change would do; it does nothing. */
  preview(change: TenantChange): Promise<DryRunReply>;
}
