import type { TenantUid } from '../base/ids.ts';

/** What is begun or gone on with between two looks at the sockets takes about this long, of all tenants together… */
const roundMs = 4;
/** …and of one tenant about this long, where that is more than one step. */
const tenantMs = 1;

/**
 * Whose turn it is at the event loop, which all tenants of a shard share. Work goes in steps of a few milliseconds: in one
 * round of the loop every tenant that waits may do one step, small ones together; those who found no time are the first in
 * the next. In between sockets are read and timers run. Who has much to do waits behind itself.
 */
export class Turns {
  /** Who waits; the tenant whose turn it is comes first. */
  readonly #lines = new Map<TenantUid, (() => void)[]>();
  readonly #now: () => number;
  /** When the time of this round is over; null until somebody asks. */
  #endMs: number | null = null;
  #isGoing = false;

  /** `now`: milliseconds since any time. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether a tenant's work may begin at once: nothing of it waits, and the round is young. */
  isFree(tenant: TenantUid): boolean {
    if (this.#lines.has(tenant)) return false;
    const nowMs = this.#now();
    this.#endMs ??= nowMs + roundMs;
    this.#goLater();
    return nowMs < this.#endMs;
  }

  /** Resolves when it is the tenant's turn to do one step, in the order of calls: never at once. */
  next(tenant: TenantUid): Promise<void> {
    return new Promise(go => {
      const line = this.#lines.get(tenant);
      if (line) line.push(go);
      else this.#lines.set(tenant, [go]);
      this.#goLater();
    });
  }

  /** Steps of a tenant that wait. */
  waiting(tenant: TenantUid): number {
    return this.#lines.get(tenant)?.length ?? 0;
  }

  #goLater(): void {
    if (this.#isGoing) return;
    this.#isGoing = true;
    setImmediate(() => void this.#round());
  }

  async #round(): Promise<void> {
    const endMs = this.#now() + roundMs;
    for (let left = this.#lines.size; left > 0 && this.#now() < endMs; left--) await this.#turn();
    this.#endMs = null;
    this.#isGoing = false;
    if (this.#lines.size > 0) this.#goLater();
  }

  /** Lets the first tenant do a step, and more while they are small, and puts it behind the others. */
  async #turn(): Promise<void> {
    const [tenant, line] = this.#lines.entries().next().value as [TenantUid, (() => void)[]];
    const endMs = this.#now() + tenantMs;
    do {
      line.shift()?.();
      await settled();
    } while (line.length > 0 && this.#now() < endMs);
    this.#lines.delete(tenant);
    if (line.length > 0) this.#lines.set(tenant, line);
  }
}

/** Resolves when all that could go on has gone on, up to where it waits for something else. */
function settled(): Promise<void> {
  return new Promise(done => queueMicrotask(() => process.nextTick(done)));
}
