import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '../base/log.ts';
import { explain } from '../reconcile/explain.ts';
import type { Desired } from '../reconcile/plan.ts';
import { shardCount } from '../reconcile/shard-count.ts';
import type { FleetReading } from '../spec/read-fleet.ts';
import type { FleetSpec } from '../spec/tenant-spec.ts';
import type { ApplyReply, PlanReply } from '../wire/control-http.ts';
import type { Edited } from './change-files.ts';
import type { Config } from './config.ts';
import { descriptorLimit } from './descriptor-limit.ts';
import type { Fleet } from './fleet.ts';
import { isGood } from './good-reading.ts';
import type { Loop } from './loop.ts';
import { Serial } from './serial.ts';

/** What the log says of a file that waits to be confirmed. */
export const heldMessage =
  'the tenants file is not applied: `mpctl plan` shows what it would do, `mpctl apply --confirm` does it';

/** What a shard leaves room for among its descriptors. */
const shardRoom = { openDatabases: 128, connections: 1000 };

/** Takes what the files say over into the fleet, one reading at a time. */
export class Reconciler {
  readonly config: Config;
  readonly #fleet: Fleet;
  readonly #loop: Loop;
  readonly #cores: number;
  readonly #clock: () => number;
  readonly #log: Logger;
  readonly #wanted: (fleet: FleetSpec) => void;
  readonly #serial = new Serial();

  /** `wanted` hears of every configuration that is taken over. */
  constructor(
    config: Config,
    fleet: Fleet,
    loop: Loop,
    cores: number,
    clock: () => number,
    log: Logger,
    wanted: (fleet: FleetSpec) => void,
  ) {
    this.#wanted = wanted;
    this.config = config;
    this.#fleet = fleet;
    this.#loop = loop;
    this.#cores = cores;
    this.#clock = clock;
    this.#log = log;
  }

  /** The daemon is on its way out: what is written now comes with its next start. */
  get isEnding(): boolean {
    return this.#loop.hasEnded;
  }

  /** While this runs, nobody else reads or changes the configuration. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.#serial.do(work);
  }

  /** What applying the files now would do. */
  plan(): Promise<PlanReply> {
    return this.exclusive(async () => this.preview(await this.config.read()));
  }

  /** Applies the files; `confirmed` lets through what would be held. Resolves when it is done as far as it can be. */
  async apply(confirmed: boolean): Promise<ApplyReply> {
    const reply = await this.exclusive(async () => {
      const reading = await this.config.read();
      const { lines, issues, held } = this.preview(reading);
      this.take(reading, confirmed);
      return { lines, issues, held: confirmed ? '' : held };
    });
    await this.settle();
    return reply;
  }

  /** As {@link apply}, and cheap where the files say what runs, as after a change that was made here. */
  async notice(): Promise<void> {
    const isKnown = await this.exclusive(async () => (await this.config.read()) === this.config.good);
    if (!isKnown) await this.apply(false);
  }

  preview(reading: FleetReading): PlanReply {
    if (!isGood(reading)) return { lines: [], held: '', issues: reading.issues };
    const plan = this.#loop.planFor(this.#desired(reading.fleet));
    const issues = [...reading.issues, ...this.config.restartIssues(reading)];
    return { lines: explain(plan), held: this.config.holdOf(reading), issues };
  }

  /** Makes a reading what is wanted, unless it has issues or is held. */
  take(reading: FleetReading, confirmed: boolean): void {
    const before = this.config.state;
    const isTaken = this.config.take(reading, confirmed, this.#clock());
    const { state, held, issues } = this.config.state;
    if (isTaken) this.#takeOver();
    else if (state !== 'current' && !isDeepStrictEqual(before, this.config.state)) {
      this.#log.warn(
        { state, held, issues },
        state === 'held' ? heldMessage : 'the tenants file is not applied',
      );
    }
    if (state === 'current' && issues.length > 0 && !isDeepStrictEqual(before.issues, issues)) {
      this.#log.warn({ issues }, 'a part of the tenants file waits for a restart');
    }
  }

  /** Makes what was written here what is wanted. */
  takeWritten({ reading, edits }: Edited): void {
    this.config.takeWritten(reading, edits, this.#clock());
    this.#takeOver();
  }

  #takeOver(): void {
    this.#log.info({ tenants: this.config.good.fleet.tenants.size }, 'took over the tenants file');
    this.want();
  }

  /** Wants what the last good reading says. */
  want(): void {
    const { fleet } = this.config.good;
    this.#loop.want(this.#desired(fleet));
    this.#wanted(fleet);
  }

  /** Resolves when everybody was told what to do. */
  run(): Promise<void> {
    return this.#loop.run();
  }

  /** Resolves when nothing is under way that somebody could wait for. */
  async settle(): Promise<void> {
    await this.run();
    await this.#fleet.until(() => this.#fleet.isQuiet);
  }

  #desired(fleet: FleetSpec): Desired {
    let sockets = 0;
    for (const { listeners } of fleet.tenants.values()) {
      for (const { binds } of listeners) sockets += binds.length;
    }
    const needs = { sockets, ...shardRoom, limit: descriptorLimit() };
    return { fleet, shardCount: shardCount(fleet.shards, this.#cores, needs) };
  }
}
