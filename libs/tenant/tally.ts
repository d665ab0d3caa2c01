import type { TenantCounters } from '../wire/report.ts';

/** Counters that can be counted up. */
export type Tally = { -readonly [Name in keyof TenantCounters]: TenantCounters[Name] };

export function newTally(): Tally {
  return { accepted: 0, acceptedBytes: 0, rejected: 0, ignored: 0, deleted: 0 };
}

/** What a tenant shows that has not counted anything yet. */
export const nothingCounted: TenantCounters = Object.freeze(newTally());
