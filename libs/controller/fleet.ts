import { setImmediate as nextTurn } from 'node:timers/promises';
import { MpctlError } from '../base/error.ts';
import type { ShardIndex, TenantId, TenantUid } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Observed } from '../reconcile/observed.ts';
import type { Step } from '../reconcile/plan.ts';
import { type BindOptions, bindSockets } from '../sockets/bind-sockets.ts';
import type { BoundSocket } from '../sockets/bound-socket.ts';
import { renderBind } from '../spec/bind.ts';
import type { MailWork, MailWorkDone } from '../wire/mail-work.ts';
import type { TenantReport, TenantState } from '../wire/report.ts';
import type { ShardConfig } from '../wire/shard-channel.ts';
import { bindsOf, HostedTenant, refOf, requestOf, socketChange } from './hosted-tenant.ts';
import { mailLimitsOf } from './kept-limits.ts';
import type { MailHands } from './mail-hands.ts';
import { Shards, type ShardsListener, type ShardsOptions } from './shards.ts';
import type { TenantFolders } from './tenant-folders.ts';
import { commandOf, openingOf, parcelsOf, type TenantWork } from './tenant-work.ts';
import { Waiting } from './waiting.ts';

/** What could not be bound or opened is tried again after this time. */
const retryMs = 5000;

/** So many sockets are looked at between two turns of the event loop. */
const lookSlice = 500;

/** How long mail in progress may take when its tenant leaves a shard. */
const drainMs = 5000;

export type FleetOptions = {
  readonly bind: Omit<BindOptions, 'webGroup'>;
  readonly folders: TenantFolders;
  readonly shards: ShardsOptions;
  readonly config: Omit<ShardConfig, 'shard'>;
  /** From so many tenants on a spare process is kept. */
  readonly spareFrom: number;
  readonly log: Logger;
  readonly clock: () => number;
};

/** How long work on a tenant's mail waits for its shard. */
const workPatienceMs = 10_000;

type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>;

/**
 * The tenants that are hosted, their sockets and the shards: what is, and the hands that change it. Sockets are bound
 * here and stay here; a shard accepts from them and may die.
 */
export class Fleet implements ShardsListener, MailHands {
  readonly tenants = new Map<TenantId, HostedTenant>();
  readonly shards: Shards;
  readonly #options: FleetOptions;
  #stepsUnderWay = 0;
  readonly #waiting = new Waiting();
  /** Called when what is differs from before, so that somebody plans again. */
  onChange = (): void => {};

  constructor(options: FleetOptions) {
    this.#options = options;
    this.shards = new Shards(options.shards, this);
  }

  /** `fleet`: the settings as they are applied. */
  observed(fleet: Observed['fleet']): Observed {
    return { fleet, shards: this.shards.observed(), tenants: this.tenants };
  }

  stateOf(tenant: HostedTenant): TenantState {
    return tenant.state(this.shards.up(tenant.shard) !== null);
  }

  hostedBy(shard: ShardIndex): HostedTenant[] {
    const hosted: HostedTenant[] = [];
    for (const tenant of this.tenants.values()) {
      if (tenant.shard === shard && tenant.uid !== null) hosted.push(tenant);
    }
    return hosted;
  }

  /** Nothing is under way that will be over soon. */
  get isQuiet(): boolean {
    return (
      this.#stepsUnderWay === 0 && !this.shards.all().some(({ process }) => process?.state === 'starting')
    );
  }

  /** Whether a tenant answers as it is wanted, or is known not to. */
  hasSettled(id: TenantId): boolean {
    const tenant = this.tenants.get(id);
    return tenant !== undefined && isHere(tenant) && this.stateOf(tenant) !== 'opening';
  }

  /** A name was given up: it is another's, should it be in the file again before its tenant is closed. */
  giveUp(id: TenantId): void {
    const tenant = this.tenants.get(id);
    if (tenant) tenant.hasLeft = true;
  }

  /** Resolves when it is so, which is looked at whenever something changed, or when patience is over. */
  until(isSo: () => boolean, patienceMs?: number): Promise<void> {
    return this.#waiting.until(isSo, patienceMs);
  }

  /**
   * Carries out the steps of a plan. Resolves when sockets are bound and shards are told; what a shard takes its time
   * for goes on, one step of a tenant at a time.
   */
  async perform(steps: readonly Step[], webGroup: string): Promise<void> {
    const of = <Kind extends Step['kind']>(kind: Kind) =>
      steps.filter((step): step is StepOf<Kind> => step.kind === kind);

    for (const { tenant } of of('close')) this.#close(tenant);
    const known = [...of('change'), ...of('move'), ...of('retry')];
    const isOut = ({ tenant }: (typeof known)[number]) => this.#hosted(tenant.id).uid === null;
    const works = known.filter(step => !isOut(step)).map(step => this.#prepare(step, webGroup));
    works.push(...this.#admit([...of('open'), ...known.filter(isOut)]));
    await this.#bind(works, webGroup);
    const started = new Set<ShardIndex>();
    for (const { shard } of of('start-shard')) {
      started.add(shard);
      const left = await this.shards.start({ ...this.#options.config, shard }, this.hostedBy(shard));
      for (const tenant of left) void this.#openOn(tenant);
    }
    for (const work of works) {
      // A process that was just started has it all from its first message.
      const isTold = work.kind !== 'move' && started.has(work.tenant.shard);
      this.#track(work.tenant, isTold ? async () => {} : () => this.#tellShard(work));
    }
    for (const { shard } of of('stop-shard')) {
      if (this.hostedBy(shard).length === 0) this.shards.stop(shard, 0);
    }
  }

  async uidOf(id: TenantId): Promise<TenantUid> {
    const isSettled = () => {
      const tenant = this.tenants.get(id);
      return tenant === undefined || isHere(tenant);
    };
    await this.until(isSettled, workPatienceMs);
    if (!isSettled()) throw new MpctlError('TENANT_BUSY', `${id} is being changed: try again later`);
    const uid = this.tenants.get(id)?.uid ?? null;
    if (uid === null) throw new MpctlError('TENANT_FOLDER', 'it has no folder yet');
    return uid;
  }

  /** Waits until the tenant has a shard that answers. */
  async work<Kind extends MailWork['kind']>(
    id: TenantId,
    work: MailWork & { readonly kind: Kind },
    cancelled?: AbortSignal,
  ): Promise<MailWorkDone[Kind]> {
    const process = () => {
      const tenant = this.tenants.get(id);
      return tenant && isHere(tenant) && tenant.uid !== null ? this.shards.up(tenant.shard) : null;
    };
    await this.until(() => process() !== null, workPatienceMs);
    const [found, tenant] = [process(), this.tenants.get(id)];
    if (!found || !tenant) throw new MpctlError('SHARD_ENDED', `no shard hosts ${id} now`);
    tenant.worksUnderWay++;
    try {
      return await found.work<Kind>(id, work, cancelled);
    } finally {
      tenant.worksUnderWay--;
      this.#waiting.look();
    }
  }

  async withClosed(id: TenantId, use: (uid: TenantUid) => Promise<TenantUid>): Promise<void> {
    const isFree = (mostWorks: number) => {
      const tenant = this.tenants.get(id);
      return tenant === undefined || (isHere(tenant) && tenant.worksUnderWay <= mostWorks);
    };
    await this.until(() => isFree(0), workPatienceMs);
    await this.until(() => isFree(Number.POSITIVE_INFINITY));
    const tenant = this.tenants.get(id);
    // It was there when it was asked for.
    if (!tenant) throw new MpctlError('TENANT_NOT_FOUND', `${id} has left its name meanwhile`);
    const { uid } = tenant;
    if (uid === null) throw new MpctlError('TENANT_FOLDER', `${id} has no folder`);
    let failure: unknown = null;
    tenant.step = 'changing';
    await this.#track(tenant, async () => {
      this.#route(tenant, null);
      await this.#leaveShard(tenant);
      // Without a uid no shard that starts meanwhile gets it.
      tenant.uid = null;
      try {
        tenant.uid = await use(uid);
      } catch (error) {
        failure = error;
        tenant.uid = uid;
      }
      await this.#tellShard(openingOf(tenant));
    });
    if (failure) throw failure;
  }

  untilGone(id: TenantId): Promise<void> {
    return this.until(() => !this.tenants.has(id));
  }

  /** Lets sockets whose paths somebody took away be bound again. Looks at all, in slices. */
  async findLostSockets(): Promise<void> {
    let looked = 0;
    for (const tenant of this.tenants.values()) {
      if (++looked % lookSlice === 0) await nextTurn();
      const lost = tenant.busy ? undefined : tenant.sockets.find(socket => socket?.isLost);
      if (!lost) continue;
      this.#fail(tenant, new MpctlError('SOCKET_LOST', `somebody removed ${renderBind(lost.bind)}`));
      tenant.retryAtMs = this.#options.clock();
    }
    this.#changed();
  }

  /** Has a process ready for the next shard that ends, where the tenants are so many that it is worth it. */
  async keepSpare(): Promise<void> {
    if (this.tenants.size < this.#options.spareFrom) await this.shards.spare.end();
    else if (this.isQuiet) await this.shards.spare.keep(this.tenants.values());
  }

  /** Takes no new connection, ends everything. Resolves when no process is left. */
  async stop(drainMs: number): Promise<void> {
    const stopped = this.shards.stopAll(drainMs);
    for (const { sockets } of this.tenants.values()) await this.#closeAll(sockets);
    await stopped;
  }

  shardReady(shard: ShardIndex, failures: readonly TenantReport[]): void {
    for (const tenant of this.hostedBy(shard)) {
      tenant.failure = null;
      this.#route(tenant);
    }
    for (const failure of failures) this.tenantChanged(failure);
    this.#changed();
  }

  shardEnded(shard: ShardIndex): void {
    for (const tenant of this.hostedBy(shard)) this.#route(tenant);
    this.#changed();
  }

  tenantChanged(report: TenantReport): void {
    const tenant = this.tenants.get(report.id);
    if (!tenant) return;
    const isWell = report.state === 'listening' || report.state === 'suspended';
    tenant.failure = isWell ? null : report;
    if (!isWell && !report.mendsItself) this.#retryLater(tenant);
    this.#changed();
  }

  /** Tenants without a folder: new ones, and those that could not get theirs. */
  #admit(steps: readonly StepOf<'open' | 'change' | 'move' | 'retry'>[]): TenantWork[] {
    const { folders, clock } = this.#options;
    const awaited = steps.length > 0 ? this.#awaited() : new Set();
    const ready = steps.filter(({ tenant }) => !awaited.has(tenant.id));
    const tenants = ready.map(
      step => new HostedTenant(step.tenant, step.kind === 'move' ? step.to : step.shard),
    );
    const ids = tenants.map(({ spec }) => spec.id);
    const uids = folders.admit(ids, clock());
    return tenants.flatMap((tenant, at) => {
      const uid = uids[at];
      this.tenants.set(tenant.spec.id, tenant);
      if (uid === undefined || uid instanceof MpctlError) {
        this.#fail(tenant, uid ?? new Error('no uid'));
        // Where nothing else is done, somebody has to plan when it is tried again.
        this.#changed();
        return [];
      }
      tenant.uid = uid;
      tenant.step = 'opening';
      return openingOf(tenant);
    });
  }

  /** Names that wait for the folder of a tenant that has it under its old one. */
  #awaited(): Set<TenantId> {
    const names = new Set<TenantId>();
    for (const [id, { busy, hasLeft }] of this.tenants) {
      const leaving = busy || hasLeft ? this.#options.folders.leavingOf(id) : null;
      if (leaving && 'renamedTo' in leaving) names.add(leaving.renamedTo);
    }
    return names;
  }

  /** Frees what a change gives up, so that others of the same plan can have it. */
  #prepare(step: StepOf<'change' | 'move' | 'retry'>, webGroup: string): TenantWork {
    const tenant = this.#hosted(step.tenant.id);
    const { closed, places } = socketChange(tenant, step.tenant, webGroup);
    tenant.step = 'changing';
    tenant.spec = step.tenant;
    tenant.retryAtMs = null;
    this.#closeAll(closed.map(({ socket }) => socket));
    // A tenant that its shard has trouble with is opened again as a whole.
    const kind = step.kind === 'move' || tenant.failure !== null ? 'move' : 'change';
    const to = step.kind === 'move' ? step.to : step.shard;
    return { tenant, kind, to, closed: closed.map(({ place }) => place), places };
  }

  async #bind(works: readonly TenantWork[], webGroup: string): Promise<void> {
    const requests = works.flatMap(({ places }) =>
      places.flatMap(({ place, kept, moved }) => (kept || moved ? [] : requestOf(place))),
    );
    const outcomes = (await bindSockets(requests, { ...this.#options.bind, webGroup })).values();
    this.shards.spare.lacks(requests.length);
    for (const { tenant, places } of works) {
      tenant.error = '';
      tenant.webGroup = webGroup;
      tenant.sockets = places.map(({ kept, moved }) => {
        const socket = kept ?? moved ?? outcomes.next().value;
        if (socket && !(socket instanceof MpctlError)) return socket;
        this.#fail(tenant, socket ?? new Error('not bound'));
        return null;
      });
    }
  }

  async #tellShard(work: TenantWork): Promise<void> {
    const { tenant, kind, to } = work;
    if (kind === 'move') {
      this.#route(tenant, null);
      await this.#leaveShard(tenant);
      tenant.shard = to;
    }
    const parcels = parcelsOf(work);
    const opened = parcels.map(({ message }) => message.socket);
    const failures = await this.shards.running(to)?.command(commandOf(work, opened), parcels);
    if (failures) tenant.failure = failures[0] ?? null;
    if (tenant.failure) this.#retryLater(tenant);
    this.#route(tenant);
  }

  /** On a process that was just started, and lacks some of its sockets: none of them may be closed on the way there. */
  async #openOn(tenant: HostedTenant): Promise<void> {
    if (tenant.busy) return this.#sendTo(tenant);
    tenant.step = 'changing';
    await this.#track(tenant, () => this.#sendTo(tenant));
  }

  async #sendTo(tenant: HostedTenant): Promise<void> {
    const work = openingOf(tenant);
    const parcels = parcelsOf(work);
    const opened = parcels.map(({ message }) => message.socket);
    const failures = await this.shards.running(work.to)?.command(commandOf(work, opened), parcels);
    for (const failure of failures ?? []) this.tenantChanged(failure);
  }

  #close(id: TenantId): void {
    const { folders, clock } = this.#options;
    const tenant = this.#hosted(id);
    tenant.step = 'closing';
    this.#closeAll(tenant.sockets);
    this.#track(tenant, async () => {
      await this.#leaveShard(tenant);
      this.tenants.delete(id);
      folders.release(id, clock(), mailLimitsOf(tenant.spec));
    });
  }

  /**
   * Resolves when the tenant's shard has let go of its mail. A shard that ended may have left some of it in its journal:
   * its successor takes that over, and is asked.
   */
  async #leaveShard({ spec, uid, shard }: HostedTenant): Promise<void> {
    if (uid === null) return;
    const close = { type: 'close', tenant: spec.id, uid, drainMs } as const;
    while (!(await this.shards.up(shard)?.command(close))) {
      await this.until(() => this.shards.up(shard) !== null);
    }
  }

  /** Where only the public API may be used, hands on what this process accepts; nobody gets it while the shard is down. */
  #route(tenant: HostedTenant, shard = this.shards.up(tenant.shard)): void {
    if (this.#options.bind.api === 'private') return;
    for (const [at, place] of bindsOf(tenant.spec).entries()) {
      const { listenerId, bindIndex } = refOf(place);
      const message = { type: 'connection', tenant: tenant.spec.id, listenerId, bindIndex } as const;
      tenant.sockets[at]?.route(shard && (socket => shard.handOver({ message, socket })));
    }
  }

  /** Marks the end of a tenant's step, however it ended. */
  async #track(tenant: HostedTenant, work: () => Promise<void>): Promise<void> {
    this.#stepsUnderWay++;
    try {
      await work();
    } catch (error) {
      this.#fail(tenant, error);
    }
    tenant.step = 'none';
    this.#stepsUnderWay--;
    this.#changed();
  }

  #fail(tenant: HostedTenant, error: unknown): void {
    const { code = 'UNKNOWN', message } = error as MpctlError;
    tenant.error = `${code}: ${message}`;
    this.#options.log.error({ tenant: tenant.spec.id, error: tenant.error }, 'a tenant failed');
    this.#retryLater(tenant);
  }

  #retryLater(tenant: HostedTenant): void {
    tenant.retryAtMs = this.#options.clock() + retryMs;
  }

  async #closeAll(sockets: readonly (BoundSocket | null)[]): Promise<void> {
    this.shards.spare.drop(sockets);
    await Promise.all(sockets.map(socket => socket?.close()));
  }

  #hosted(id: TenantId): HostedTenant {
    const tenant = this.tenants.get(id);
    if (!tenant) throw new Error(`${id} is not hosted`);
    return tenant;
  }

  #changed(): void {
    this.#waiting.look();
    this.onChange();
  }
}

/** Not on its way anywhere. */
const isHere = ({ busy, hasLeft }: HostedTenant) => !busy && !hasLeft;
