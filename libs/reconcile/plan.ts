/**
 * What to do next: a pure function of what is wanted, what is and the time. The controller applies the steps and plans
 * again whenever one of the three changed, so a step that failed comes again, and nothing is ever remembered half-done.
 *
 *     diff-spec.ts what a change costs · place.ts which shard · backoff.ts when again · explain.ts for people
 */
import type { ShardIndex, TenantId } from '../base/ids.ts';
import type { FleetSpec, TenantSpec } from '../spec/tenant-spec.ts';
import { restartAtMs } from './backoff.ts';
import { type Change, diffFleet, diffTenant, diffWebGroup } from './diff-spec.ts';
import type { Observed, ObservedShard, ObservedTenant } from './observed.ts';
import { placeTenant } from './place.ts';

export type Desired = { readonly fleet: FleetSpec; readonly shardCount: number };

export type Step =
  /** Settings of the whole fleet, but for those that take a restart of the daemon (`restart-issues.ts`). */
  | { readonly kind: 'configure'; readonly changes: readonly Change[] }
  | { readonly kind: 'close'; readonly tenant: TenantId; readonly shard: ShardIndex }
  | {
      readonly kind: 'change';
      readonly tenant: TenantSpec;
      readonly shard: ShardIndex;
      readonly changes: readonly Change[];
    }
  | {
      readonly kind: 'move';
      readonly tenant: TenantSpec;
      readonly from: ShardIndex;
      readonly to: ShardIndex;
      readonly changes: readonly Change[];
    }
  | { readonly kind: 'open'; readonly tenant: TenantSpec; readonly shard: ShardIndex }
  /** Binds again what could not be bound. */
  | { readonly kind: 'retry'; readonly tenant: TenantSpec; readonly shard: ShardIndex }
  /** With all tenants that are placed on it by then. */
  | { readonly kind: 'start-shard'; readonly shard: ShardIndex }
  /** When the last tenant has left it. */
  | { readonly kind: 'stop-shard'; readonly shard: ShardIndex };

export type Plan = {
  readonly steps: readonly Step[];
  /** When time alone asks for the next plan; null: never. */
  readonly wakeAtMs: number | null;
};

/** The steps from what is to what is wanted; none when it is. Their order is that of {@link stepOrder}, then of names. */
export function plan(desired: Desired, observed: Observed, nowMs: number): Plan {
  const steps: Step[] = [];
  let wakeAtMs = Number.POSITIVE_INFINITY;
  const dueAt = (atMs: number) => {
    if (atMs <= nowMs) return true;
    wakeAtMs = Math.min(wakeAtMs, atMs);
    return false;
  };

  const settings = observed.fleet === null ? [] : diffFleet(observed.fleet, desired.fleet);
  const changes = settings.filter(({ cost }) => cost !== 'restart');
  if (changes.length > 0) steps.push({ kind: 'configure', changes });

  /** Shards that are to go and have tenants yet. */
  const left = new Set<ShardIndex>();
  for (const [id, { shard, busy, hasLeft }] of observed.tenants) {
    if (shard >= desired.shardCount) left.add(shard);
    if (!busy && (hasLeft || !desired.fleet.tenants.has(id)))
      steps.push({ kind: 'close', tenant: id, shard });
  }
  for (const tenant of desired.fleet.tenants.values()) {
    const to = placeTenant(tenant.id, desired.shardCount);
    const now = observed.tenants.get(tenant.id);
    if (now === undefined) {
      steps.push({ kind: 'open', tenant, shard: to });
      continue;
    }
    if (now.busy || now.hasLeft) continue;
    const changes = changesOf(tenant, now, desired.fleet.webGroup);
    if (now.shard !== to) steps.push({ kind: 'move', tenant, from: now.shard, to, changes });
    else if (changes.length > 0) steps.push({ kind: 'change', tenant, shard: to, changes });
    else if (now.retryAtMs !== null && dueAt(now.retryAtMs)) steps.push({ kind: 'retry', tenant, shard: to });
  }

  const shards = new Map<ShardIndex, ObservedShard>(observed.shards.map(shard => [shard.shard, shard]));
  for (let shard = 0; shard < desired.shardCount; shard++) {
    const now = shards.get(shard);
    if (now === undefined) steps.push({ kind: 'start-shard', shard });
    else if (now.state === 'down' && dueAt(restartAtMs(now.endedAtMs, now.earlyEnds))) {
      steps.push({ kind: 'start-shard', shard });
    }
  }
  for (const { shard, state, endedAtMs, earlyEnds } of observed.shards) {
    if (shard < desired.shardCount || state === 'stopping') continue;
    // Only the shard's next process can let go of what the one that ended has left.
    if (state !== 'down' || !left.has(shard)) steps.push({ kind: 'stop-shard', shard });
    else if (dueAt(restartAtMs(endedAtMs, earlyEnds))) steps.push({ kind: 'start-shard', shard });
  }
  for (const shard of left) if (!shards.has(shard)) steps.push({ kind: 'start-shard', shard });

  steps.sort((a, b) => stepOrder[a.kind] - stepOrder[b.kind] || compareText(subject(a), subject(b)));
  return { steps, wakeAtMs: Number.isFinite(wakeAtMs) ? wakeAtMs : null };
}

/** Most of thousands have not changed at all, which must cost nothing. */
function changesOf(wanted: TenantSpec, now: ObservedTenant, webGroup: string): readonly Change[] {
  if (now.spec === wanted && now.webGroup === webGroup) return unchanged;
  return [...diffTenant(now.spec, wanted), ...diffWebGroup(wanted, now.webGroup, webGroup)];
}

const unchanged: readonly Change[] = [];

/** What leaves goes first, so that its paths and ports are free; a shard ends when its tenants have moved away. */
const stepOrder: Record<Step['kind'], number> = {
  configure: 0,
  close: 1,
  change: 2,
  'start-shard': 3,
  move: 4,
  open: 5,
  retry: 6,
  'stop-shard': 7,
};

function subject(step: Step): string {
  if (step.kind === 'close') return step.tenant;
  if ('tenant' in step) return step.tenant.id;
  return 'shard' in step ? String(step.shard).padStart(6, '0') : '';
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
