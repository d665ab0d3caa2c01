import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { ShardIndex } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { ObservedShard } from '../reconcile/observed.ts';
import { besidePath } from '../spec/paths.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import { packPlacements } from '../wire/pack-placements.ts';
import type { TenantReport } from '../wire/report.ts';
import type { Placement, ShardConfig, SocketRef, ToShard } from '../wire/shard-channel.ts';
import { firstSocketFd } from '../wire/shard-channel.ts';
import type { HostedTenant } from './hosted-tenant.ts';
import { identifyProcess, killAndWait, type ProcessIdentity } from './process-identity.ts';
import { type HandedConnection, type ShardCommand, ShardProcess } from './shard-process.ts';

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
  readonly #options: ShardsOptions;
  readonly #listener: ShardsListener;
  readonly #slots = new Map<ShardIndex, Slot>();

  constructor(options: ShardsOptions, listener: ShardsListener) {
    this.#options = options;
    this.#listener = listener;
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

  /** Starts a process that hosts the tenants. Resolves when it was told so; `shardReady` follows. */
  async start(config: ShardConfig, tenants: readonly HostedTenant[]): Promise<void> {
    const { shard } = config;
    const { command, log, clock } = this.#options;
    const slot = this.#slotOf(shard);
    const fds = socketsOf(tenants);
    const process = new ShardProcess(shard, command, fds, log, clock());
    // It loads its program meanwhile.
    const placements = packPlacements(placeTenants(tenants, fds));
    process.onReady = failures => {
      slot.earlyEnds = 0;
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
    slot.identity = process.pid === null ? null : await identifyProcess(process.pid);
    this.#writeList();
    process.begin({ type: 'start', config, tenants: placements });
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
    await Promise.all([...this.#slots.keys()].map(shard => this.stop(shard, drainMs)));
    rmSync(this.#options.listPath, { force: true });
  }

  killAll(): void {
    for (const { process } of this.#slots.values()) process?.kill();
  }

  #slotOf(shard: ShardIndex): Slot {
    const known = this.#slots.get(shard);
    if (known) return known;
    const slot = { process: null, endedAtMs: 0, earlyEnds: 0, restarts: 0, identity: null, connections: [] };
    this.#slots.set(shard, slot);
    return slot;
  }

  #writeList(): void {
    const running = [...this.#slots.values()].flatMap(({ identity }) => identity ?? []);
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

/**
 * What a new process inherits, in ascending order: else the child has to move descriptors out of each other's way, and
 * needs as many again.
 */
function socketsOf(tenants: readonly HostedTenant[]): number[] {
  const fds: number[] = [];
  for (const { sockets } of tenants) {
    for (const socket of sockets) if (socket && socket.fd >= 0) fds.push(socket.fd);
  }
  return fds.sort((a, b) => a - b);
}

/** What it is told about them. Somebody waits for this, so it makes as little garbage as it can. */
function placeTenants(tenants: readonly HostedTenant[], fds: readonly number[]): Placement[] {
  const placeOf = new Map<number, number>();
  for (let at = 0; at < fds.length; at++) placeOf.set(fds[at] as number, firstSocketFd + at);
  const placements: Placement[] = [];
  for (const { uid, spec, sockets } of tenants) {
    if (uid !== null) placements.push({ uid, spec, sockets: refsOf(spec, sockets, placeOf) });
  }
  return placements;
}

function refsOf(
  spec: TenantSpec,
  sockets: HostedTenant['sockets'],
  placeOf: ReadonlyMap<number, number>,
): SocketRef[] {
  const refs: SocketRef[] = [];
  let at = 0;
  for (const listener of spec.listeners) {
    for (let bindIndex = 0; bindIndex < listener.binds.length; bindIndex++, at++) {
      const fd = placeOf.get(sockets[at]?.fd ?? -1);
      if (fd !== undefined) refs.push({ listenerId: listener.id, bindIndex, fd });
    }
  }
  return refs;
}
