import type { ListenerSpec, TenantSpec } from '../spec/tenant-spec.ts';
import type { PackedPlacements, Placement } from './shard-channel.ts';
import { hasSharedBinds, withSharedBinds } from './shared-binds.ts';

/** A tenant that differs from every base in more than this becomes one. */
const maxOwn = 4;

/** Only so many are compared with, the last ones. */
const maxCompared = 8;

/** Of what tenants have in common only what is the same object is recognized. */
export function packPlacements(placements: readonly Placement[]): PackedPlacements {
  const bases: TenantSpec[] = [];
  const tenants = placements.map(({ uid, spec, sockets }) => {
    const [base, own] = place(spec, bases);
    const flat = sockets.flatMap(({ listenerId, bindIndex, fd }) => [listenerId, bindIndex, fd]);
    return [uid, base, own, flat] as const;
  });
  return { bases, tenants };
}

/** Tenants share what their bases have. */
export function unpackPlacements({ bases, tenants }: PackedPlacements): Placement[] {
  return tenants.map(([uid, at, own, flat]) => {
    const base = bases[at];
    if (!base) throw new Error(`there is no base ${at}`);
    const sockets = [];
    for (let i = 0; i < flat.length; i += 3) {
      sockets.push({
        listenerId: flat[i] as string,
        bindIndex: flat[i + 1] as number,
        fd: flat[i + 2] as number | null,
      });
    }
    return { uid, spec: { ...base, ...own }, sockets };
  });
}

function place(spec: TenantSpec, bases: TenantSpec[]): [base: number, own: Partial<TenantSpec>] {
  for (let at = bases.length - 1; at >= Math.max(0, bases.length - maxCompared); at--) {
    const own = ownOf(spec, bases[at] as TenantSpec);
    if (own !== null) return [at, own];
  }
  bases.push({ ...spec, listeners: spec.listeners.map(one => withSharedBinds(one, spec.id)) });
  return [bases.length - 1, {}];
}

/** What differs, or null when it is too much. */
function ownOf(spec: TenantSpec, base: TenantSpec): Partial<TenantSpec> | null {
  const own: Record<string, unknown> = {};
  let count = 0;
  // Not over `Object.entries`, which would make an array a key.
  for (const key in spec) {
    const value = spec[key as keyof TenantSpec];
    if (value === base[key as keyof TenantSpec]) continue;
    if (key !== 'listeners') own[key] = value;
    else if (areSame(spec, base.listeners)) continue;
    else own[key] = spec.listeners.map(one => withSharedBinds(one, spec.id));
    if (++count > maxOwn) return null;
  }
  return own;
}

/** But for the tenant's name in their binds. */
function areSame({ id, listeners: a }: TenantSpec, b: readonly ListenerSpec[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) {
    const [one, other] = [a[at] as ListenerSpec, b[at] as ListenerSpec];
    for (const key in one) {
      const name = key as keyof ListenerSpec;
      if (name !== 'binds' && one[name] !== other[name]) return false;
    }
    if (!hasSharedBinds(one, id, other.binds)) return false;
  }
  return true;
}
