/**
 * Every message between the controller and a shard, as JSON over the child's IPC channel.
 *
 * A shard is started as `node shard.js <index>` with descriptors 0 closed, 1 and 2 the controller's, 3 the channel and
 * from {@link firstSocketFd} on its listening sockets, in ascending order of the controller's own numbers (else the
 * spawn needs as many descriptors again). The first message is `start`: its placements name the descriptors. The shard
 * listens on all of them and says `ready`. Sockets that are bound later come as handles, one to a `socket` message.
 *
 * Where private Node API may not be used (`accepts: 'controller'`), a shard gets no listening sockets: the controller
 * accepts and hands over each connection with a `connection` message.
 *
 * `node shard.js spare` loads its program and waits: it becomes a shard with its `start`, on descriptors of sockets that
 * it inherited when there was none to host yet, and opens what tenants share at `prepare`. Some of them it is told to close with `drop`.
 *
 * The channel's end is the shard's: it takes no new command, syncs and exits within 1 s. Signals do not end it.
 */
import type { ShardIndex, TenantId, TenantUid } from '../base/ids.ts';
import type { SessionRecord } from '../mail/session-record.ts';
import type { FleetSpec, LogSpec, TenantSpec } from '../spec/tenant-spec.ts';
import type { MailWork, MailWorkDone, MailWorkFailure } from './mail-work.ts';
import type { ShardReport, TenantReport } from './report.ts';

/** Both sides say it first; another number makes the controller start the shard again. */
export const wireVersion = 3;

/** Below it are the standard three and the channel. */
export const firstSocketFd = 4;

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

/**
 * The tenants of a shard's start, small: most differ in little but their names, so each is what differs from a base.
 * Thousands are told of when somebody waits for them. Binds are left out: a shard gets its sockets open.
 */
export type PackedPlacements = {
  readonly bases: readonly TenantSpec[];
  readonly tenants: readonly (readonly [
    uid: TenantUid,
    base: number,
    own: Partial<TenantSpec>,
    /** Listener, index of its bind, descriptor; and so on for each. */
    sockets: readonly (string | number | null)[],
  ])[];
};

export type ShardConfig = {
  readonly wireVersion: number;
  readonly shard: ShardIndex;
  readonly hostname: string;
  readonly runDir: string;
  readonly dataDir: string;
  /** Where the built inbox app lies; empty or without one: the page without a script is served. */
  readonly appDir: string;
  readonly log: LogSpec;
  /** Who accepts connections: the shard from its sockets, or the controller, which then hands each over. */
  readonly accepts: 'shard' | 'controller';
};

/** What a shard of a fleet is told about itself. */
export function shardConfig(
  { hostname, runDir, dataDir, log }: Pick<FleetSpec, 'hostname' | 'runDir' | 'dataDir' | 'log'>,
  { shard = 0, appDir = '', accepts = 'shard' }: Partial<Pick<ShardConfig, 'shard' | 'appDir' | 'accepts'>>,
): ShardConfig {
  return { wireVersion, shard, hostname, runDir, dataDir, appDir, log, accepts };
}

/** `totals`: no tenants; `all`: those that differ from idle; a list: exactly these, idle ones too. */
export type ReportScope = 'totals' | 'all' | readonly TenantId[];

export type ToShard =
  /** A spare becomes a shard: `start` follows, with tenants. */
  | { readonly type: 'prepare'; readonly config: ShardConfig }
  | { readonly type: 'start'; readonly config: ShardConfig; readonly tenants: PackedPlacements }
  /** `seq` numbers commands; the answer carries it. Each socket without an `fd` follows as a `socket` message of the same `seq`. */
  | { readonly type: 'open'; readonly seq: number; readonly tenant: Placement }
  /** Beside it travels the listening handle. */
  | { readonly type: 'socket'; readonly seq: number; readonly tenant: TenantId; readonly socket: SocketRef }
  /**
   * The tenant goes on under a new spec. `closed` are listened on no more, `opened` follow as with `open`;
   * connections of what stays are not touched.
   */
  | {
      readonly type: 'change';
      readonly seq: number;
      readonly spec: TenantSpec;
      readonly closed: readonly SocketRef[];
      readonly opened: readonly SocketRef[];
    }
  /** Answered when the tenant's sessions have ended and its store is closed. */
  | {
      readonly type: 'close';
      readonly seq: number;
      readonly tenant: TenantId;
      readonly uid: TenantUid;
      readonly drainMs: number;
    }
  /** Beside it travels an accepted, paused connection; the answer is `taken`. */
  | {
      readonly type: 'connection';
      readonly tenant: TenantId;
      readonly listenerId: string;
      readonly bindIndex: number;
    }
  | { readonly type: 'report'; readonly seq: number; readonly scope: ReportScope }
  /** What was said in the tenant's last SMTP sessions. */
  | { readonly type: 'sessions'; readonly seq: number; readonly tenant: TenantId }
  /** Something with all of a tenant's mail, beside everything else. */
  | { readonly type: 'work'; readonly seq: number; readonly tenant: TenantId; readonly work: MailWork }
  /** Whoever asked for the work of this number is gone: it may end, and says so as ever. */
  | { readonly type: 'cancel'; readonly seq: number }
  /** Every minute, with its number in the hour: remove what has become too old. */
  | { readonly type: 'tend'; readonly minute: number }
  | { readonly type: 'log'; readonly log: LogSpec }
  /** Close inherited descriptors that are nobody's here: before `start` or after `ready`. */
  | { readonly type: 'drop'; readonly fds: readonly number[] }
  /** Accept nothing more, let DATA in progress run `drainMs`, say `stopped`, exit 0. */
  | { readonly type: 'stop'; readonly drainMs: number };

export type FromShard =
  /** All sockets of `start` are listened on; `failures` are the tenants that are not well. */
  | { readonly type: 'ready'; readonly wireVersion: number; readonly failures: readonly TenantReport[] }
  /** The answer to `open`, `change` and `close`. */
  | { readonly type: 'done'; readonly seq: number; readonly failures: readonly TenantReport[] }
  | { readonly type: 'report'; readonly seq: number; readonly report: ShardReport }
  /** The answer to `report` and `sessions` where there is none. */
  | { readonly type: 'failed'; readonly seq: number; readonly failure: MailWorkFailure }
  /** Oldest first. */
  | { readonly type: 'sessions'; readonly seq: number; readonly sessions: readonly SessionRecord[] }
  /** `failure` null: it was done. */
  | {
      readonly type: 'worked';
      readonly seq: number;
      readonly done: MailWorkDone[MailWork['kind']] | null;
      readonly failure: MailWorkFailure | null;
    }
  /** The oldest connection that was handed over and not yet taken is here; without it the next process gets it. */
  | { readonly type: 'taken' }
  /** A tenant's state became another without a command. */
  | { readonly type: 'tenant'; readonly tenant: TenantReport }
  /** Every second; a shard that stays silent for 10 s hangs. */
  | { readonly type: 'heartbeat'; readonly longestBlockMs: number; readonly rssBytes: number }
  | { readonly type: 'stopped' };
