/** What is, as the plan looks at it. Plain data that the controller keeps up to date. */
import type { ShardIndex, TenantId } from '../base/ids.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import type { FleetSettings } from './diff-spec.ts';

export type ObservedShard = {
  readonly shard: ShardIndex;
  /** `down`: there is no process. */
  readonly state: 'down' | 'starting' | 'up' | 'stopping';
  /** When it went down; before the first start any time will do. */
  readonly endedAtMs: number;
  /** Ends in a row that came before it was ready. */
  readonly earlyEnds: number;
};

export type ObservedTenant = {
  /** The spec that was applied. */
  readonly spec: TenantSpec;
  readonly shard: ShardIndex;
  /** The web server's group when its sockets were bound. */
  readonly webGroup: string;
  /** A step of it is under way: the next one waits for its end. */
  readonly busy: boolean;
  /** It gave its name up: who has that in the file is another. */
  readonly hasLeft: boolean;
  /** When to try what failed again; null: nothing failed. */
  readonly retryAtMs: number | null;
};

export type Observed = {
  /** What was applied last; null before the first time. */
  readonly fleet: FleetSettings | null;
  readonly shards: readonly ObservedShard[];
  readonly tenants: ReadonlyMap<TenantId, ObservedTenant>;
};

/** Where every plan begins. */
export const nothingObserved: Observed = { fleet: null, shards: [], tenants: new Map() };
