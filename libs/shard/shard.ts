/**
 * A shard: hosts a share of the tenants, does with them what the controller says, and tells how they are. `run-shard.ts`
 * ties it to its process; each tenant is a `TenantWorker`.
 */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { MpctlError } from '../base/error.ts';
import { parseTenantUid, type TenantId, type TenantUid } from '../base/ids.ts';
import type { ConfigurableLogger } from '../log/open-log.ts';
import { tenantDataDir } from '../spec/paths.ts';
import { newTally } from '../tenant/tally.ts';
import { TenantWorker } from '../tenant/tenant-worker.ts';
import type { TenantReport } from '../wire/report.ts';
import type { FromShard, Placement, ShardConfig, ToShard } from '../wire/shard-channel.ts';
import { doMailWork, failureOfWork } from './do-mail-work.ts';
import { failureAnswer, notHere } from './failure-answer.ts';
import { LoopWatch } from './loop-watch.ts';
import { MemoryMode } from './memory-mode.ts';
import { openHome, type ShardHome } from './open-home.ts';
import { reportOn } from './report-on.ts';
import { SharedSettings } from './shared-settings.ts';
import { type ArrivedSocket, SocketArrivals } from './socket-arrivals.ts';

const heartbeatMs = 1000;
/** So many tenants at once that come to rest leave more than collecting costs. */
const worthCollecting = 100;

type Command<Type extends ToShard['type']> = Extract<ToShard, { readonly type: Type }>;

/** What a running shard is told; starting and stopping are its process's. */
export type ShardCommand = Exclude<ToShard, { readonly type: 'prepare' | 'start' | 'stop' | 'drop' }>;

export class Shard {
  readonly #config: ShardConfig;
  readonly #log: ConfigurableLogger;
  readonly #send: (message: FromShard) => void;
  readonly #env: (name: string) => string | undefined;
  readonly #startedAtMs = performance.now();
  readonly #tenants = new Map<TenantId, TenantWorker>();
  /** The last command of each tenant that has one under way: a tenant's commands are done in their order. */
  readonly #underWay = new Map<TenantId, Promise<void>>();
  readonly #arrivals = new SocketArrivals();
  /** Work with mail that is under way, by its number. */
  readonly #works = new Map<number, AbortController>();
  readonly #settings = new SharedSettings();
  readonly #loop = new LoopWatch();
  readonly #memory = new MemoryMode();
  readonly #totals = newTally();
  readonly #beating = setInterval(() => this.#beat(), heartbeatMs);
  #isTending = false;
  #home: Promise<ShardHome> | null = null;
  #store: ShardHome['store'] | null = null;
  #started = Promise.resolve();
  #beganEmpty = false;

  /** `env` gives the value of a variable of the environment. */
  constructor(
    config: ShardConfig,
    log: ConfigurableLogger,
    send: (message: FromShard) => void,
    env: (name: string) => string | undefined,
  ) {
    this.#env = env;
    this.#config = config;
    this.#log = log;
    this.#send = send;
  }

  /** Opens what tenants share while the first of them are still on their way. */
  prepare(): void {
    void this.#useHome();
  }

  /** Opens the first tenants, all on inherited sockets. Resolves to those that are not well. */
  async start(placements: readonly Placement[]): Promise<readonly TenantReport[]> {
    const opened = this.#openFirst(placements);
    this.#started = opened.then(() => {});
    return (await Promise.all((await opened).map(failureOf))).flat();
  }

  /** Whatever goes wrong with one message is answered and told, and costs no tenant its shard. */
  receive(message: ShardCommand, handle: unknown): void {
    this.#take(message, handle).catch(error => this.#failed(message, error));
  }

  async #take(message: ShardCommand, handle: unknown): Promise<void> {
    switch (message.type) {
      case 'open':
        return this.#answer(message.seq, this.#open(message));
      case 'change':
        return this.#answer(message.seq, this.#change(message));
      case 'close':
        return this.#answer(message.seq, this.#close(message));
      case 'socket':
        return this.#arrivals.arrive(message.seq, message.socket, (handle ?? null) as object | null);
      case 'connection':
        return this.#connection(message, (handle ?? null) as Socket | null);
      case 'report':
        return this.#report(message);
      case 'sessions':
        return this.#sessions(message);
      case 'work':
        return this.#work(message);
      case 'cancel':
        return this.#works.get(message.seq)?.abort();
      case 'tend':
        return this.#tend(message.minute);
      case 'log':
        return this.#log.configure(message.log);
    }
  }

  #failed(message: ShardCommand, error: unknown): void {
    this.#log.error({ err: error, message: message.type }, 'what the controller asked for failed');
    const answer = failureAnswer(message, error);
    if (answer) this.#send(answer);
  }

  /** Ends all tenants. Called again with less time, it hurries. */
  async stop(drainMs: number): Promise<void> {
    clearInterval(this.#beating);
    this.#store?.end();
    await Promise.all([...this.#tenants.values()].map(worker => worker.close(drainMs)));
    const home = await this.#home;
    await home?.inbox[Symbol.asyncDispose]();
    await home?.store[Symbol.asyncDispose]();
  }

  async #openFirst(placements: readonly Placement[]): Promise<TenantWorker[]> {
    this.#beganEmpty = placements.length === 0 && this.#home === null;
    if (this.#beganEmpty) return [];
    const home = await this.#useHome();
    const workers = placements.map(placement =>
      this.#host(
        home,
        placement,
        placement.sockets.map(ref => ({ ref, source: ref.fd })),
      ),
    );
    // Before the controller hears that we are here: it may want one of them closed, with all that is left for it.
    void this.#settleInheritance(home);
    return workers;
  }

  #open({ seq, tenant }: Command<'open'>): Promise<TenantReport[]> {
    const sockets = this.#arrivals.gather(seq, tenant.sockets);
    return this.#inOrder(tenant.spec.id, async () => {
      const [home, arrived] = await Promise.all([this.#useHome(), sockets]);
      // One that is there already is what a controller that lost track of it has forgotten.
      await this.#tenants.get(tenant.spec.id)?.close(0);
      const placement = { ...tenant, spec: this.#settings.share(tenant.spec) };
      return failureOf(this.#host(home, placement, arrived));
    });
  }

  #change({ seq, spec, closed, opened }: Command<'change'>): Promise<TenantReport[]> {
    const sockets = this.#arrivals.gather(seq, opened);
    return this.#inOrder(spec.id, async () => {
      const arrived = await sockets;
      const worker = this.#tenants.get(spec.id);
      if (!worker) return [notHere(spec.id)];
      for (const { listenerId, bindIndex } of closed) worker.unlisten(listenerId, bindIndex);
      await worker.change(this.#settings.share(spec));
      listenOn(worker, arrived);
      return failureOf(worker);
    });
  }

  #close({ tenant, uid, drainMs }: Command<'close'>): Promise<TenantReport[]> {
    return this.#inOrder(tenant, async () => {
      await this.#tenants.get(tenant)?.close(drainMs);
      this.#tenants.delete(tenant);
      // Of one that is not here, a process before this one may have left mail.
      await (await this.#home)?.store.release(uid);
      return [];
    });
  }

  /** A connection may come while its tenant is still being opened. */
  async #connection(
    { tenant, listenerId, bindIndex }: Command<'connection'>,
    socket: Socket | null,
  ): Promise<void> {
    this.#send({ type: 'taken' });
    if (!socket) return;
    // Until somebody serves it; that it broke shows when it is closed.
    socket.on('error', () => {});
    await (this.#underWay.get(tenant) ?? this.#started);
    const worker = this.#tenants.get(tenant);
    if (worker) worker.connected(listenerId, bindIndex, socket);
    else socket.destroy();
  }

  #host(home: ShardHome, { uid, spec }: Placement, sockets: readonly ArrivedSocket[]): TenantWorker {
    assert(parseTenantUid(uid) !== null, `${spec.id} has no uid`);
    const worker = new TenantWorker(home, uid, spec);
    this.#tenants.set(spec.id, worker);
    listenOn(worker, sockets);
    return worker;
  }

  #useHome(): Promise<ShardHome> {
    this.#home ??= this.#openHome();
    return this.#home;
  }

  async #openHome(): Promise<ShardHome> {
    const home = await openHome({
      config: this.#config,
      log: this.#log,
      totals: this.#totals,
      env: this.#env,
      stateChanged: tenant => this.#send({ type: 'tenant', tenant }),
    });
    this.#store = home.store;
    if (this.#beganEmpty) void this.#settleInheritance(home);
    return home;
  }

  /** Finishes what a process before this one left of those that are hosted here. */
  async #settleInheritance({ store }: ShardHome): Promise<void> {
    const { dataDir } = this.#config;
    const names = new Map([...this.#tenants].map(([name, { uid }]) => [uid, name]));
    const dirOf = (uid: TenantUid) => {
      const name = names.get(uid);
      return name === undefined ? null : tenantDataDir(dataDir, name);
    };
    await store.settleInheritance(dirOf).catch(error => {
      this.#log.error({ err: error }, 'what a former process left could not be taken in');
    });
  }

  #inOrder<Result>(tenant: TenantId, work: () => Promise<Result>): Promise<Result> {
    const result = (this.#underWay.get(tenant) ?? this.#started).then(work);
    const isOver = () => {
      if (this.#underWay.get(tenant) === settled) this.#underWay.delete(tenant);
    };
    // One that fails keeps none out that come after it; whoever asked for it is told.
    const settled = result.then(isOver, isOver);
    this.#underWay.set(tenant, settled);
    return result;
  }

  async #answer(seq: number, command: Promise<readonly TenantReport[]>): Promise<void> {
    this.#send({ type: 'done', seq, failures: await command });
  }

  async #report({ seq, scope }: Command<'report'>): Promise<void> {
    const { shard } = this.#config;
    const longestBlockMs = this.#loop.takeForReport();
    const about = { shard, startedAtMs: this.#startedAtMs, longestBlockMs, totals: this.#totals };
    const report = await reportOn(about, this.#tenants, await this.#home, scope);
    this.#send({ type: 'report', seq, report });
  }

  #sessions({ seq, tenant }: Command<'sessions'>): void {
    this.#send({ type: 'sessions', seq, sessions: this.#tenants.get(tenant)?.sessions() ?? [] });
  }

  async #work({ seq, tenant, work }: Command<'work'>): Promise<void> {
    const cancelled = new AbortController();
    this.#works.set(seq, cancelled);
    await this.#underWay.get(tenant);
    const worker = this.#tenants.get(tenant);
    try {
      if (!worker) throw new MpctlError('TENANT_NOT_FOUND', `this shard does not host ${tenant}`);
      const done = await doMailWork(await this.#useHome(), worker, work, cancelled.signal);
      this.#send({ type: 'worked', seq, done, failure: null });
    } catch (error) {
      if (!(error instanceof MpctlError)) this.#log.error({ err: error, tenant }, 'work with mail failed');
      this.#send({ type: 'worked', seq, done: null, failure: failureOfWork(error) });
    } finally {
      this.#works.delete(seq);
    }
  }

  #beat(): void {
    this.#memory.beat(this.#store?.status.openDatabases ?? 0);
    this.#send({
      type: 'heartbeat',
      longestBlockMs: this.#loop.takeForHeartbeat(),
      rssBytes: process.memoryUsage.rss(),
    });
  }

  /** One tenant after the other, and those that nobody uses not all in the same minute: never are many databases open. */
  async #tend(minute: number): Promise<void> {
    if (this.#isTending) return;
    this.#isTending = true;
    let resting = 0;
    for (const worker of this.#tenants.values()) {
      if (worker.rest()) resting += 1;
      await worker.tend(minuteOf(worker.uid) === minute).catch(error => {
        this.#log.error({ err: error, uid: worker.uid }, 'a mailbox could not be tended');
      });
    }
    if (resting >= worthCollecting) this.#memory.letGo();
    this.#isTending = false;
  }
}

/** Of the hour, the minute that a tenant's turn is in. */
const minuteOf = (uid: TenantUid) => Number.parseInt(uid.slice(0, 8), 16) % 60;

function listenOn(worker: TenantWorker, sockets: readonly ArrivedSocket[]): void {
  for (const { ref, source } of sockets) worker.listen(ref.listenerId, ref.bindIndex, source);
}

async function failureOf(worker: TenantWorker): Promise<TenantReport[]> {
  return worker.state === 'failed' || worker.state === 'partial' ? [await worker.report()] : [];
}
