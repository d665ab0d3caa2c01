/** How much a tenant may be asked at once and in a minute, in all and by one source. */
import type { Clock } from '../base/clock.ts';

/** 0: no limit. */
export type Rates = {
  readonly connections: number;
  readonly messages: number;
  readonly recipients: number;
  readonly bytes: number;
  /** Of HTTP; other protocols have none. */
  readonly requests?: number;
};

/** 0: no limit. */
export type SourceLimits = {
  /** At the same time. */
  readonly connections: number;
  readonly perMinute: Rates;
};

export type Limits = SourceLimits & { readonly perSource: SourceLimits };

/** A bucket that holds the allowance of a minute and fills up evenly. */
type Bucket = { left: number; atMs: number };
type Buckets = Partial<Record<keyof Rates, Bucket>>;

const minuteMs = 60_000;

/** Sources that are remembered before those whose minute is over are forgotten. */
const maxSources = 1000;

/** Counts of one tenant. Knows nothing of what is allowed: that is given with each question, since it may change. */
export class Limiter {
  readonly #clock: Clock;
  readonly #tenant: Buckets = {};
  readonly #sources = new Map<string, Buckets>();
  readonly #connections = new Map<string, number>();
  #connectionCount = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether something is known that a later question depends on. */
  get isCounting(): boolean {
    const full = this.#clock() - minuteMs;
    const isOver = (buckets: Buckets) => Object.values(buckets).every(({ atMs }) => atMs <= full);
    return this.#connectionCount > 0 || ![this.#tenant, ...this.#sources.values()].every(isOver);
  }

  /** A connection came: the limit that it breaks, or null, and then it counts until `disconnected`. */
  connected(source: string, limits: Limits): string | null {
    const ofSource = (this.#connections.get(source) ?? 0) + 1;
    if (broken(this.#connectionCount + 1, limits.connections))
      return named('connections', limits.connections);
    if (broken(ofSource, limits.perSource.connections))
      return named('perSource.connections', limits.perSource.connections);
    const limit = this.take('connections', 1, source, limits);
    if (limit) return limit;
    this.#connections.set(source, ofSource);
    this.#connectionCount++;
    return null;
  }

  disconnected(source: string): void {
    const left = (this.#connections.get(source) ?? 1) - 1;
    if (left === 0) this.#connections.delete(source);
    else this.#connections.set(source, left);
    this.#connectionCount--;
  }

  /** Takes from what a minute allows: the limit that is used up, or null. Nothing is taken where one is. */
  take(what: keyof Rates, amount: number, source: string, limits: Limits): string | null {
    const limit = limits.perMinute[what] ?? 0;
    const all = this.#bucket(this.#tenant, what, limit);
    const sourceLimit = limits.perSource.perMinute[what] ?? 0;
    const own = sourceLimit > 0 ? this.#bucket(this.#bucketsOf(source), what, sourceLimit) : null;
    if (all && all.left < amount) return named(`perMinute.${what}`, limit);
    if (own && own.left < amount) return named(`perSource.perMinute.${what}`, sourceLimit);
    if (all) all.left -= amount;
    if (own) own.left -= amount;
    return null;
  }

  #bucket(buckets: Buckets, what: keyof Rates, allowance: number): Bucket | null {
    if (allowance === 0) return null;
    const now = this.#clock();
    const bucket = buckets[what] ?? { left: allowance, atMs: now };
    buckets[what] = bucket;
    bucket.left = Math.min(allowance, bucket.left + (allowance * (now - bucket.atMs)) / minuteMs);
    bucket.atMs = now;
    return bucket;
  }

  #bucketsOf(source: string): Buckets {
    const known = this.#sources.get(source);
    if (known) return known;
    if (this.#sources.size >= maxSources) this.#forget();
    const buckets = {};
    this.#sources.set(source, buckets);
    return buckets;
  }

  #forget(): void {
    const full = this.#clock() - minuteMs;
    for (const [source, buckets] of this.#sources) {
      if (Object.values(buckets).every(bucket => bucket.atMs <= full)) this.#sources.delete(source);
    }
    // All are busy: the one that has been known longest goes, rather than memory.
    for (const source of this.#sources.keys()) {
      if (this.#sources.size < maxSources) break;
      this.#sources.delete(source);
    }
  }
}

function broken(count: number, limit: number): boolean {
  return limit > 0 && count > limit;
}

function named(key: string, limit: number): string {
  return `(limit ${key}: ${limit})`;
}
