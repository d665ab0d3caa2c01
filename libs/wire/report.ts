/** What is: the answer of a shard to "how are you", and what `status` and the metrics are made of. */
import type { ShardIndex, TenantId } from '../base/ids.ts';

/** `listening`: all sockets answer · `partial`: some do not (see `error`) · `suspended` · `failed`: none does. */
export type TenantState = 'opening' | 'listening' | 'partial' | 'suspended' | 'failed' | 'closing';

export type TenantReport = {
  readonly id: TenantId;
  readonly state: TenantState;
  /** Empty when all is well; else code and sentence of the last failure. */
  readonly error: string;
  /** Only its mailbox fails, which its shard tries again and again: opening the tenant anew would not help. */
  readonly mendsItself: boolean;
  readonly connections: number;
  /** null: nobody has looked into its mailbox since the shard started. */
  readonly messages: number | null;
  /** See {@link messages}. */
  readonly bytes: number | null;
  readonly counters: TenantCounters;
};

/** Since the tenant started in this shard. */
export type TenantCounters = {
  readonly accepted: number;
  readonly acceptedBytes: number;
  readonly rejected: number;
  readonly ignored: number;
  readonly deleted: number;
};

/** How a shard keeps its mail. */
export type StorageReport = {
  /** Of its journal on disk. */
  readonly journalBytes: number;
  /** Of changes that are safe in the journal and wait in memory for their databases. */
  readonly tailBytes: number;
  readonly openDatabases: number;
  /** Mailboxes that take and show no mail for now: their databases cannot be used. */
  readonly failedMailboxes: number;
  /** Some of them: code and sentence of why. */
  readonly failures: readonly { readonly tenant: TenantId; readonly error: string }[];
  /** Empty when all is well; else what its disk refused since the shard started: the shard is degraded. */
  readonly fault: string;
};

/** Of a shard that has no tenant yet. */
export const idleStorage: StorageReport = {
  journalBytes: 0,
  tailBytes: 0,
  openDatabases: 0,
  failedMailboxes: 0,
  failures: [],
  fault: '',
};

export type ShardReport = {
  readonly shard: ShardIndex;
  readonly pid: number;
  readonly uptimeMs: number;
  readonly rssBytes: number;
  readonly connections: number;
  /** Longest time that the event loop was blocked since the last report. */
  readonly longestBlockMs: number;
  /** How many tenants are in each state. */
  readonly states: Readonly<Partial<Record<TenantState, number>>>;
  /** Of all its tenants, since the shard started; those that left it are counted too. */
  readonly totals: TenantCounters;
  readonly storage: StorageReport;
  /** Whose certificates cannot be used as they are now. */
  readonly tlsFaults: readonly TenantId[];
  /** Those that were asked for; of `all` only those that differ from idle: who is not here is `listening` with nothing in it. */
  readonly tenants: readonly TenantReport[];
};
