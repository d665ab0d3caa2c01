import type { Clock } from '../base/clock.ts';
import type { ShardIndex, TenantUid } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Turns } from '../slow-work/turns.ts';

export type IntakeOptions = {
  /** Folder of the journals of all shards. */
  readonly journalDir: string;
  readonly shard: ShardIndex;
  readonly clock: Clock;
  readonly log: Logger;
  /** Looks for the folders of all tenants, of other shards too: whoever has none is gone for good. */
  readonly tenantDirs?: () => TenantDirs;
  readonly limits?: Partial<IntakeLimits>;
  /** Those of the shard, where searches take part in them; its own when left out. */
  readonly turns?: Turns;
};

export type IntakeLimits = {
  /** Of the segments of this shard on disk. */
  readonly journalBytes: number;
  /** A segment that is longer gets a successor. */
  readonly segmentBytes: number;
  /** Room on the disk for deletions when there is no other. */
  readonly reserveBytes: number;
  /** Of changes in memory that are not applied yet. */
  readonly tailBytes: number;
  readonly tenantTailBytes: number;
  /** A tenant's tail from this size on is applied in a thread unless somebody looks; from four times this on at once. */
  readonly worthBytes: number;
  readonly openFiles: number;
  readonly fileIdleMs: number;
  /** How often segments are looked after. */
  readonly reclaimMs: number;
  /** What stopping may take. */
  readonly stopMs: number;
};

export const defaultLimits: IntakeLimits = {
  journalBytes: 256 * 1024 * 1024,
  segmentBytes: 16 * 1024 * 1024,
  reserveBytes: 4 * 1024 * 1024,
  tailBytes: 64 * 1024 * 1024,
  tenantTailBytes: 16 * 1024 * 1024,
  worthBytes: 512 * 1024,
  openFiles: 128,
  fileIdleMs: 30_000,
  reclaimMs: 500,
  stopMs: 5000,
};

export type IntakeStatus = {
  readonly journalBytes: number;
  readonly tailBytes: number;
  readonly openDatabases: number;
  /** Mailboxes that take and show no mail for now. */
  readonly failedMailboxes: number;
  /** Some of them. */
  readonly failures: readonly { readonly uid: TenantUid; readonly error: string }[];
  /** Why the journal is not to be trusted fully any more since the shard started; empty when it is. */
  readonly fault: string;
};

/** Where a tenant's folder is, whatever it is called now; null when it is gone for good. */
export type TenantDirs = (uid: TenantUid) => string | null;
