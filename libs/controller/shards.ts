import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { ShardIndex } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { ObservedShard } from '../reconcile/observed.ts';
import { besidePath } from '../spec/paths.ts';
import { packPlacements } from '../wire/pack-placements.ts';
import type { TenantReport } from '../wire/report.ts';
import type { Placement, ShardConfig, ToShard } from '../wire/shard-channel.ts';
import type { HostedTenant } from './hosted-tenant.ts';
import { descriptorsOf, placesIn, placeTenants } from './inherited-sockets.ts';
import { identifyProcess, killAndWait, type ProcessIdentity } from './process-identity.ts';
import { type HandedConnection, type ShardCommand, ShardProcess } from './shard-process.ts';
import { Spare, type TakenSpare } from './spare.ts';

export type ShardsOptions = {
  readonly command: ShardCommand;
  /** Where the running processes are listed, for the next controller. */
  readonly listPath: string;
  readonly log: Logger;
  readonly clock: () => number;
};

/** Who hears what becomes of shards. */
export interface ShardsListener {
  shardReady(shard: ShardIndex, failures: readonly TenantReport[]): void;
  shardEnded(shard: ShardIndex): void;
  tenantChanged(report: TenantReport): void;
}

/** A place for a shard: its process, or the memory of how the last one ended. */
type Slot = {
  process: ShardProcess | null;
  endedAtMs: number;
  earlyEnds: number;
  restarts: number;
  identity: ProcessIdentity | null;
  /** Connections for the next process. */
  connections: HandedConnection[];
};

/** The shard processes. Which of them should run is not decided here. */
export class Shards {
  readonly spare: Spare;
  readonly #options: ShardsOptions;
  readonly #listener: ShardsListener;
  readonly #slots = new Map<ShardIndex, Slot>();

  constructor(options: ShardsOptions, listener: ShardsListener) {
    this.#options = options;
    this.#listener = listener;
    const { command, log, clock } = options;
    this.spare = new Spare({ command, log, clock, changed: () => this.#writeList() });
  }

  observed(): ObservedShard[] {
    return [...this.#slots].map(([shard, { process, endedAtMs, earlyEnds }]) => {
      return { shard, state: process?.state ?? 'down', endedAtMs, earlyEnds };
    });
  }

  /** Where commands can be sent. */
  running(shard: ShardIndex): ShardProcess | null {
    const process = this.#slots.get(shard)?.process ?? null;
    return process?.state === 'stopping' ? null : process;
  }

  /** Who answers on all its sockets. */
  up(shard: ShardIndex): ShardProcess | null {
    const process = this.#slots.get(shard)?.process ?? null;
    return process?.state === 'up' ? process : null;
  }

  all(): { readonly shard: ShardIndex; readonly process: ShardProcess | null; readonly restarts: number }[] {
    return [...this.#slots].map(([shard, { process, restarts }]) => ({ shard, process, restarts }));
  }

  /**
   * Starts a process that hosts the tenants. Resolves when it was told so, to those whose sockets it lacks: they are to be
   * opened there. `shardReady` follows.
   */
  async start(config: ShardConfig, tenants: readonly HostedTenant[]): Promise<readonly HostedTenant[]> {
    const { shard } = config;
    const { clock } = this.#options;
    const slot = this.#slotOf(shard);
    const spare = this.spare.take();
    const { process, placeOf } = spare ?? this.#spawn(shard, tenants);
    if (spare) process.prepare(config);
    // It opens what they share meanwhile, a new one loads its program.
    const { placements, left } = placeTenants(tenants, placeOf);
    process.onReady = failures => {
      slot.earlyEnds = 0;
      if (spare) process.drop(unusedBy(spare, placements));
      for (const connection of slot.connections.splice(0)) process.handOver(connection);
      this.#listener.shardReady(shard, failures);
    };
    process.onTenant = report => this.#listener.tenantChanged(report);
    process.onEnd = early => {
      slot.process = slot.identity = null;
      slot.connections.push(...process.untaken);
      slot.endedAtMs = clock();
      slot.earlyEnds = early ? slot.earlyEnds + 1 : 0;
      if (process.wasStopped) this.#slots.delete(shard);
      this.#writeList();
      this.#listener.shardEnded(shard);
    };
    if (slot.process !== null || slot.endedAtMs > 0) slot.restarts++;
    slot.process = process;
    // Listed before it is told anything: what no list knows ends by itself, having done nothing.
    slot.identity = spare?.identity ?? (process.pid === null ? null : await identifyProcess(process.pid));
    this.#writeList();
    process.begin({ type: 'start', config, tenants: packPlacements(placements) });
    return left;
  }

  broadcast(message: ToShard): void {
    for (const { process } of this.#slots.values()) process?.send(message);
  }

  async stop(shard: ShardIndex, drainMs: number): Promise<void> {
    const process = this.#slots.get(shard)?.process;
    if (process) await process.stop(drainMs);
    // It ended by itself before, and need not be remembered.
    else this.#slots.delete(shard);
  }

  /** Resolves when no process is left. */
  async stopAll(drainMs: number): Promise<void> {
    await Promise.all([
      this.spare.close(),
      ...[...this.#slots.keys()].map(shard => this.stop(shard, drainMs)),
    ]);
    rmSync(this.#options.listPath, { force: true });
  }

  killAll(): void {
    for (const { process } of this.#slots.values()) process?.kill();
    void this.spare.close();
  }

  #spawn(shard: ShardIndex, tenants: readonly HostedTenant[]): Pick<TakenSpare, 'process' | 'placeOf'> {
    const { command, log, clock } = this.#options;
    const fds = descriptorsOf(tenants);
    return { process: new ShardProcess(shard, command, fds, log, clock()), placeOf: placesIn(fds) };
  }

  #slotOf(shard: ShardIndex): Slot {
    const known = this.#slots.get(shard);
    if (known) return known;
    const slot = { process: null, endedAtMs: 0, earlyEnds: 0, restarts: 0, identity: null, connections: [] };
    this.#slots.set(shard, slot);
    return slot;
  }

  #writeList(): void {
    const slots = [...this.#slots.values()];
    const running = [this.spare, ...slots].flatMap(({ identity }) => identity ?? []);
    const { listPath, log } = this.#options;
    const fresh = besidePath(listPath, 'new');
    try {
      writeFileSync(fresh, JSON.stringify(running), { mode: 0o600 });
      renameSync(fresh, listPath);
    } catch (error) {
      // It is for the next controller, should this one be killed; and orphans end by themselves.
      log.warn({ error: (error as Error).message }, 'the list of shards could not be written');
    }
  }
}

/** Ends the shards that a killed controller left, before anything is opened that they may still hold. */
export async function endLeftovers(listPath: string, log: Logger): Promise<void> {
  let list: ProcessIdentity[];
  try {
    list = JSON.parse(readFileSync(listPath, 'utf8'));
  } catch {
    // No list: nobody left anything.
    return;
  }
  await Promise.all(list.map(killAndWait));
  if (list.length > 0) log.warn({ pids: list.map(({ pid }) => pid) }, 'ended the shards of a killed daemon');
}

function unusedBy({ unused }: TakenSpare, placements: readonly Placement[]): number[] {
  return unused(new Set(placements.flatMap(({ sockets }) => sockets.map(({ fd }) => fd ?? -1))));
}
