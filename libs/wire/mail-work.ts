/** What is done with all of a tenant's mail, and what is told about it: backups, archives, repairs. */
import type { TenantId, TenantUid } from '../base/ids.ts';

/** A mailbox that was copied: what its folder holds, and how to tell whether it has changed since. */
export type MailCopy = {
  /** Of the last change that is in it; -1: there was no mailbox. */
  readonly position: number;
  /** Whose position that is. */
  readonly journal: string;
  /** How the database looked when it was copied; empty: not to be relied upon. */
  readonly stamp: string;
  /** Bytes of each file, e.g. `mail.db`, `big/<id>.zst`. */
  readonly files: Readonly<Record<string, number>>;
};

/** Paths are absolute, and the daemon's user must be able to use them. */
export type MailWork =
  /** `earlier`: a copy in the folder `dir`, to which links are made where nothing changed. */
  | {
      readonly kind: 'copy';
      readonly to: string;
      readonly earlier: (MailCopy & { readonly dir: string }) | null;
    }
  | { readonly kind: 'export'; readonly path: string }
  /** Stops before anything is taken when the tenant's limits would remove mail, unless `allowPrune`. */
  | { readonly kind: 'import'; readonly path: string; readonly allowPrune: boolean };

/** What each kind of work resolves to. */
export type MailWorkDone = {
  readonly copy: MailCopy;
  readonly export: ExportDone;
  readonly import: ImportDone;
};

export type ExportDone = {
  readonly messages: number;
  /** Of the archive. */
  readonly bytes: number;
};

export type ImportDone = {
  /** Taken in. */
  readonly messages: number;
  /** Left out because the tenant has a mail of that id. */
  readonly known: number;
  /** Removed by the tenant's limits, here or there. */
  readonly pruned: number;
};

/** Why a piece of work was not done, as an `MpctlError`. */
export type MailWorkFailure = { readonly code: string; readonly message: string; readonly hint: string };

export type BackupReply = {
  /** The new folder below the one that was named. */
  readonly dir: string;
  readonly tenants: number;
  /** Those of which nothing had changed. */
  readonly unchanged: number;
  /** Written; the rest are links. */
  readonly bytes: number;
  readonly failed: readonly { readonly name: TenantId; readonly error: string }[];
};

export type RestoreBackup = {
  /** A folder that backups were made into, or one backup in it. */
  readonly dir: string;
  /** Empty: all that the backup has. */
  readonly names: readonly string[];
  /** What tenants of these names have now goes to the trash. */
  readonly overwrite: boolean;
};

export type RestoredReply = {
  /** The backup that was used, and when it was made. */
  readonly dir: string;
  readonly madeAtMs: number;
  readonly restored: readonly { readonly name: TenantId; readonly uid: TenantUid }[];
  /** Those that are there, where none was named. */
  readonly skipped: readonly TenantId[];
  /** Of some that were restored, what is not as it was. */
  readonly warnings: readonly { readonly name: TenantId; readonly warning: string }[];
  readonly failed: readonly { readonly name: TenantId; readonly error: string }[];
};

export type RepairReply = {
  readonly name: TenantId;
  /** Mails that could be read, and are there again. */
  readonly messages: number;
  /** Mails of which something was lost, or all. */
  readonly lost: number;
  /** What else is worth knowing, a sentence each. */
  readonly notes: readonly string[];
  /** Where the damaged file is kept; empty when nothing was wrong. */
  readonly kept: string;
};
