/**
 * Every message between the controller and a shard. They travel over the child's IPC channel; listening sockets
 * travel beside them, as inherited descriptors at start and as handles later.
 */
import type { ShardIndex, TenantId, TenantUid } from '../base/ids.ts';
import type { LogSpec, TenantSpec } from '../spec/tenant-spec.ts';
import type { ShardReport, TenantReport } from './report.ts';

/** Both sides say it first; another number makes the controller start the shard again. */
export const wireVersion = 1;

/** What a shard needs to host one tenant. */
export type Placement = {
  readonly uid: TenantUid;
  readonly spec: TenantSpec;
  /** The tenant's open sockets: one for each bind of each listener. */
  readonly sockets: readonly SocketRef[];
};

/** One listening socket: inherited as descriptor `fd`, or sent as the handle of its own message when null. */
export type SocketRef = {
  readonly listenerId: string;
  readonly bindIndex: number;
  readonly fd: number | null;
};

export type ShardConfig = {
  readonly wireVersion: number;
  readonly shard: ShardIndex;
  readonly hostname: string;
  readonly dataDir: string;
  readonly log: LogSpec;
};

export type ToShard =
  | { readonly type: 'start'; readonly config: ShardConfig; readonly tenants: readonly Placement[] }
  /** `seq` numbers commands; the answer carries it. A socket without an `fd` follows as a `socket` message with its handle. */
  | { readonly type: 'open'; readonly seq: number; readonly tenant: Placement }
  | { readonly type: 'socket'; readonly seq: number; readonly tenant: TenantId; readonly socket: SocketRef }
  | {
      readonly type: 'change';
      readonly seq: number;
      readonly spec: TenantSpec;
      readonly closedSockets: readonly SocketRef[];
    }
  | { readonly type: 'close'; readonly seq: number; readonly tenant: TenantId; readonly drainMs: number }
  | { readonly type: 'report'; readonly seq: number }
  | { readonly type: 'log'; readonly log: LogSpec }
  | { readonly type: 'stop'; readonly drainMs: number };

export type FromShard =
  | { readonly type: 'ready'; readonly wireVersion: number }
  | { readonly type: 'done'; readonly seq: number; readonly failures: readonly TenantReport[] }
  | { readonly type: 'report'; readonly seq: number; readonly report: ShardReport }
  /** Every second; a shard that stays silent for 10 s hangs. */
  | { readonly type: 'heartbeat'; readonly longestBlockMs: number; readonly rssBytes: number }
  | { readonly type: 'stopped' };
