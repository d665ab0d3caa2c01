import type { Logger } from '../base/log.ts';
import type { FleetSettings } from '../reconcile/diff-spec.ts';
import { type Desired, type Plan, plan } from '../reconcile/plan.ts';
import type { Fleet } from './fleet.ts';

/** After a pass that broke off the next one comes this much later. */
const retryMs = 5000;

export type LoopOptions = {
  /** Applies the settings of the whole fleet that can be changed while it runs. */
  readonly configure: (settings: FleetSettings) => Promise<void>;
  /** There is something to do, and somebody may wait for it. */
  readonly working: () => void;
  readonly clock: () => number;
  readonly log: Logger;
};

/**
 * Brings what is to what is wanted: plans and performs, one pass at a time, whenever one of the two changed or the plan
 * asked to be woken. However often it is called during a pass, one more follows.
 */
export class Loop {
  readonly #fleet: Fleet;
  readonly #options: LoopOptions;
  #desired: Desired | null = null;
  #applied: FleetSettings | null = null;
  #pass: Promise<void> | null = null;
  #next: PromiseWithResolvers<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Immediate | null = null;
  #ended = false;

  constructor(fleet: Fleet, options: LoopOptions) {
    this.#fleet = fleet;
    this.#options = options;
    fleet.onChange = () => this.wake();
  }

  /** What is wanted from now on; {@link run} does it. */
  want(desired: Desired): void {
    this.#desired = desired;
    this.#applied ??= desired.fleet;
  }

  /** What would be done now for this. */
  planFor(desired: Desired): Plan {
    return plan(desired, this.#fleet.observed(this.#applied), this.#options.clock());
  }

  /** Resolves when a pass that began after this call has told everybody what to do. */
  run(): Promise<void> {
    if (this.#pass) {
      this.#next ??= Promise.withResolvers();
      return this.#next.promise;
    }
    this.#pass = this.#runOnce().finally(() => {
      const next = this.#next;
      this.#pass = this.#next = null;
      if (next) this.run().then(next.resolve, next.reject);
    });
    return this.#pass;
  }

  /** A pass that nobody waits for; many calls in a turn of the event loop make one. */
  wake(): void {
    this.#soon ??= setImmediate(() => {
      this.#soon = null;
      this.run().catch(error => {
        this.#options.log.error({ error }, 'a plan could not be carried out');
        this.#wakeIn(retryMs);
      });
    });
  }

  /** Nothing is done any more of what is wanted. */
  get hasEnded(): boolean {
    return this.#ended;
  }

  /** No pass begins any more. Resolves when the last one is over. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.#pass?.catch(() => {});
  }

  async #runOnce(): Promise<void> {
    if (this.#ended || !this.#desired) return;
    const { fleet } = this.#desired;
    const { steps, wakeAtMs } = this.planFor(this.#desired);
    if (steps.length > 0) this.#options.working();
    if (steps.some(({ kind }) => kind === 'configure')) {
      await this.#options.configure(fleet);
      this.#applied = fleet;
    }
    if (steps.length > 0) await this.#fleet.perform(steps, fleet.webGroup);
    if (wakeAtMs !== null) this.#wakeIn(wakeAtMs - this.#options.clock());
  }

  #wakeIn(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#ended) this.#timer = setTimeout(() => this.wake(), Math.max(0, ms));
  }
}
