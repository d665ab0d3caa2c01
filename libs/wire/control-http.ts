/**
 * What crosses the control socket: HTTP with JSON bodies on `<runDir>/.control.sock`. Who may open the socket may do
 * everything. Every answer that is not 2xx is a {@link ControlError}.
 *
 *     GET    /v1/status                     → ControlStatus
 *     POST   /v1/plan                       → PlanReply      reads the files anew, does nothing
 *     POST   /v1/apply?confirm=1            → ApplyReply     reads the files anew; confirm lets a held change through
 *     POST   /v1/proxy/retry                → {}             looks at the web server, tries again what did not work
 *     GET    /v1/tenants                    → TenantRow[]
 *     POST   /v1/tenants                    → TenantReply    AddTenant
 *     GET    /v1/tenants/{name}             → TenantDetail
 *     PATCH  /v1/tenants/{name}             → TenantReply    SetTenant
 *     DELETE /v1/tenants/{name}             → RemovedReply
 *     GET    /v1/tenants/{name}/sessions    → SessionRecord[]  oldest first
 *     POST   /v1/tenants/{name}/rename      → TenantReply    RenameTenant
 *     POST   /v1/tenants/{name}/suspend     → TenantReply
 *     POST   /v1/tenants/{name}/resume      → TenantReply
 *     POST   /v1/tenants/{name}/passwd      → TenantReply    SetPassword
 *     POST   /v1/tenants/{name}/restore     → TenantReply    RestoreTenant: back from the trash
 *     POST   /v1/tenants/{name}/export      → ExportDone     {path}: all its mail into one file
 *     POST   /v1/tenants/{name}/import      → ImportDone     {path, allowPrune}
 *     POST   /v1/tenants/{name}/repair      → RepairReply
 *     POST   /v1/backup                     → BackupReply    {dir}
 *     POST   /v1/restore                    → RestoredReply  RestoreBackup
 *     GET    /metrics                       → Prometheus text
 *
 * `?dryRun=1` on what changes the file: nothing is written, the answer is a {@link DryRunReply}.
 */
import type { ShardIndex, TenantId, TenantUid } from '../base/ids.ts';
import type { Issue } from '../base/issue.ts';
import type { CredentialList } from '../spec/edit-passwd.ts';
import type { PageAccess } from '../spec/published-page.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import type { ProxyStatus } from './proxy-status.ts';
import type { StorageReport, TenantCounters, TenantState } from './report.ts';

export type ControlError = {
  /** e.g. `TENANT_EXISTS`; what a program decides by. */
  readonly code: string;
  readonly message: string;
  /** What to do about it; empty when nothing is known. */
  readonly hint: string;
  readonly issues: readonly Issue[];
};

/** Codes of {@link ControlError} that callers tell apart → HTTP status. All others are 500. */
export const controlErrorStatus: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400,
  TENANT_NOT_FOUND: 404,
  ROUTE_NOT_FOUND: 404,
  TENANT_EXISTS: 409,
  FILE_EXISTS: 409,
  BAD_TENANTS_FILE: 422,
  BAD_BACKUP: 422,
  BAD_ARCHIVE: 422,
  LIMIT_REACHED: 507,
};

export type ShardStatus = {
  readonly shard: ShardIndex;
  /** `starting` until it answers on all its sockets; `waiting` for its next start after it ended early. */
  readonly state: 'starting' | 'up' | 'waiting' | 'stopping';
  /** null while there is no process. */
  readonly pid: number | null;
  readonly uptimeMs: number;
  /** Since the controller started. */
  readonly restarts: number;
  /** Of the last heartbeat. */
  readonly rssBytes: number;
  readonly longestBlockMs: number;
  readonly tenants: number;
  readonly connections: number;
  /** Since its process started. */
  readonly totals: TenantCounters;
  readonly storage: StorageReport;
  /** Tenants whose certificates cannot be used as they are now; `error` of the tenant says why. */
  readonly tlsFaults: readonly TenantId[];
};

export type ControlStatus = {
  readonly version: string;
  readonly pid: number;
  readonly uptimeMs: number;
  readonly runDir: string;
  readonly dataDir: string;
  readonly config: {
    readonly path: string;
    /** `bad`: the file has errors · `held`: it waits for `apply --confirm`. In both the last good one runs on. */
    readonly state: 'current' | 'bad' | 'held';
    /** Since the one that runs was taken over. */
    readonly ageMs: number;
    /** Why the file is held; empty when it is not. */
    readonly held: string;
    readonly issues: readonly Issue[];
  };
  /** Null where no web server is configured. */
  readonly proxy: ProxyStatus | null;
  readonly tenants: {
    readonly total: number;
    readonly states: Readonly<Partial<Record<TenantState, number>>>;
  };
  readonly connections: number;
  readonly totals: TenantCounters;
  /** Where Prometheus is answered, beside the control socket: `127.0.0.1:9100`. */
  readonly metrics: readonly string[];
  /** Parts of journals that made no sense and were put aside; somebody should look at them and remove them. */
  readonly damagedJournalParts: number;
  readonly shards: readonly ShardStatus[];
  /** The process that becomes the next shard that is started; null: there is none. */
  readonly sparePid: number | null;
  /** Tenants that left, whose mail is still there; oldest first. */
  readonly trash: readonly TrashedTenant[];
};

export type TrashedTenant = {
  /** Empty where it is not known any more. */
  readonly name: TenantId;
  readonly uid: TenantUid;
  /** Who vanished from the file has its mail again when its name returns to it. */
  readonly why: 'vanished' | 'removed' | 'replaced';
  readonly atMs: number;
  /** Then it is gone for good. */
  readonly untilMs: number;
};

/** What a plan would do, or did, as lines for people. */
export type PlanReply = {
  /** `+ project-a on shard 0`, …; empty: nothing differs. */
  readonly lines: readonly string[];
  /** Why it would be held; empty when it would not. */
  readonly held: string;
  /** Errors: nothing would change. */
  readonly issues: readonly Issue[];
};

/** `held` not empty: nothing was done. A bad file is answered with `BAD_TENANTS_FILE`. */
export type ApplyReply = PlanReply;

export type TenantRow = {
  readonly name: TenantId;
  readonly uid: TenantUid;
  readonly state: TenantState;
  /** Empty when all is well. */
  readonly error: string;
  readonly shard: ShardIndex;
  readonly label: string;
  /** null: nobody has looked into its mailbox since the shard started. */
  readonly messages: number | null;
  /** See {@link messages}. */
  readonly bytes: number | null;
  readonly connections: number;
};

export type TenantDetail = TenantReply & {
  readonly row: TenantRow;
  readonly counters: TenantCounters;
  /** Without hashes. */
  readonly spec: TenantSpec;
};

/** Values are spelled as in the tenants file, e.g. `{key: 'smtp.maxRecipients', value: '50'}`. */
export type Setting = { readonly key: string; readonly value: string };

export type AddTenant = { readonly name: string; readonly set?: readonly Setting[] };

export type SetTenant = { readonly set?: readonly Setting[]; readonly unset?: readonly string[] };

/** Without `uid`: the one of that name that left last. */
export type RestoreTenant = { readonly uid?: string };

export type RenameTenant = { readonly to: string };

/** A password as its hash, for a user who is there or becomes one. */
export type SetPassword = {
  readonly user: string;
  readonly secret: string;
  readonly lists: readonly CredentialList[];
};

/** Sent when the tenant's listeners answer, or when it is known that they cannot. */
export type TenantReply = {
  readonly name: TenantId;
  readonly uid: TenantUid;
  readonly state: TenantState;
  readonly error: string;
  /** As in the tenants file: `unix:/run/mailpit/project-a/smtp.sock`, `127.0.0.1:2525`. */
  readonly smtp: readonly string[];
  readonly http: readonly string[];
  /** Empty where there is none. */
  readonly pop3: readonly string[];
  /** Of its page behind the web server; null where there is none. */
  readonly url: string | null;
  readonly access: PageAccess;
  /** Warnings, and what the machine does not allow. */
  readonly issues: readonly Issue[];
};

/** Of every answer: the tenants file that the controller runs, as `encodeURIComponent` has it. */
export const configHeader = 'x-mpctl-config';

export type RemovedReply = { readonly name: TenantId; readonly uid: TenantUid };

export type DryRunReply = {
  /** The file that would be written. */
  readonly file: string;
  /** Its lines that differ, as `- old` and `+ new`. */
  readonly diff: readonly string[];
  readonly plan: PlanReply;
  /** Who could read the tenant's page; null where no web server publishes it, or the tenant would be gone. */
  readonly access: PageAccess | null;
};
