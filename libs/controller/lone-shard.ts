import { MpctlError } from '../base/error.ts';
import type { TenantId, TenantUid } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import { makeRunDir } from '../sockets/socket-folder.ts';
import { lockSocketPath, shardListPath } from '../spec/paths.ts';
import type { FleetSpec } from '../spec/tenant-spec.ts';
import type { MailWork, MailWorkDone } from '../wire/mail-work.ts';
import { packPlacements } from '../wire/pack-placements.ts';
import { type Placement, shardConfig } from '../wire/shard-channel.ts';
import type { MailHands } from './mail-hands.ts';
import { replayJournals } from './replay-journals.ts';
import { takeRunLock } from './run-lock.ts';
import { type ShardCommand, ShardProcess } from './shard-process.ts';
import { endLeftovers } from './shards.ts';
import { TenantFolders } from './tenant-folders.ts';

const drainMs = 5000;

/** The mail of a fleet that does not run, through one shard without any socket. Meanwhile no controller can start. */
export class LoneShard implements MailHands, AsyncDisposable {
  readonly folders: TenantFolders;
  readonly #process: ShardProcess;
  readonly #placements: Map<TenantId, Placement>;
  /** Why tenants have no folder that could be used. */
  readonly #failures: ReadonlyMap<TenantId, MpctlError>;
  readonly #opened: AsyncDisposable;

  private constructor(
    folders: TenantFolders,
    process: ShardProcess,
    placements: Map<TenantId, Placement>,
    failures: ReadonlyMap<TenantId, MpctlError>,
    opened: AsyncDisposable,
  ) {
    this.folders = folders;
    this.#process = process;
    this.#placements = placements;
    this.#failures = failures;
    this.#opened = opened;
  }

  /** @throws MpctlError DAEMON_RUNNING */
  static async open(fleet: FleetSpec, command: ShardCommand, log: Logger): Promise<LoneShard> {
    const { runDir, dataDir, trashMs, log: logSpec } = fleet;
    await using opened = new AsyncDisposableStack();
    makeRunDir(runDir);
    opened.use(await takeRunLock(lockSocketPath(runDir), process.pid));
    await endLeftovers(shardListPath(runDir), log);
    const folders = opened.use(new TenantFolders(dataDir, trashMs));
    const stayed = folders.settle(name => fleet.tenants.has(name), 'stays', Date.now());
    for (const { code, message } of stayed)
      log.error({ error: `${code}: ${message}` }, 'a folder stays where it is');
    await replayJournals(dataDir, command, logSpec);
    const placements = new Map<TenantId, Placement>();
    const failures = new Map<TenantId, MpctlError>();
    const specs = [...fleet.tenants.values()];
    const uids = folders.admit(
      specs.map(({ id }) => id),
      Date.now(),
    );
    for (const [at, spec] of specs.entries()) {
      const uid = uids[at];
      if (uid instanceof MpctlError) {
        // The others can be worked with.
        log.error({ tenant: spec.id, error: `${uid.code}: ${uid.message}` }, 'a tenant failed');
        failures.set(spec.id, uid);
      } else if (uid !== undefined) placements.set(spec.id, { uid, spec, sockets: [] });
    }
    const shard = new ShardProcess(0, command, [], log, Date.now());
    opened.defer(() => shard.stop(drainMs));
    const ready = new Promise<void>((resolve, reject) => {
      shard.onReady = () => resolve();
      shard.onEnd = () => reject(new MpctlError('SHARD_ENDED', 'the process that opens mail ended'));
    });
    const config = shardConfig(fleet, {});
    shard.begin({ type: 'start', config, tenants: packPlacements([...placements.values()]) });
    await ready;
    shard.onEnd = () => {};
    return new LoneShard(folders, shard, placements, failures, opened.move());
  }

  async uidOf(tenant: TenantId): Promise<TenantUid> {
    const failure = this.#failures.get(tenant);
    if (failure) throw failure;
    const uid = this.#placements.get(tenant)?.uid;
    if (uid === undefined) throw new MpctlError('TENANT_FOLDER', 'it has no folder yet');
    return uid;
  }

  async work<Kind extends MailWork['kind']>(
    tenant: TenantId,
    work: MailWork & { readonly kind: Kind },
  ): Promise<MailWorkDone[Kind]> {
    const failure = this.#failures.get(tenant);
    if (failure) throw failure;
    return this.#process.work<Kind>(tenant, work);
  }

  async withClosed(tenant: TenantId, use: (uid: TenantUid) => Promise<TenantUid>): Promise<void> {
    const placement = this.#placements.get(tenant);
    const failure = this.#failures.get(tenant);
    if (failure) throw failure;
    if (!placement) throw new MpctlError('TENANT_NOT_FOUND', `there is no tenant ${tenant}`);
    const { uid } = placement;
    await this.#process.command({ type: 'close', tenant, uid, drainMs: 0 });
    let next = placement;
    try {
      next = { ...placement, uid: await use(uid) };
    } finally {
      this.#placements.set(tenant, next);
      await this.#process.command({ type: 'open', tenant: next });
    }
  }

  async untilGone(): Promise<void> {
    // Only those that are in the files are open.
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#opened[Symbol.asyncDispose]();
  }
}
