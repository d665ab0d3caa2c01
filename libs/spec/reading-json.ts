import type { TenantId } from '../base/ids.ts';
import { type PackedAlike, packAlike, unpackAlike } from './pack-alike.ts';
import type { FleetReading } from './read-fleet.ts';
import { SourceText } from './source-text.ts';
import type { FleetSpec, ListenerSpec, TenantSpec } from './tenant-spec.ts';

/**
 * A reading as plain JSON: another process may read, and the next reading here still builds on it. Of thousands of
 * tenants most are alike, and so is their JSON: a tenth of what it would be.
 */
export type ReadingJson = {
  readonly fleet: (Omit<FleetSpec, 'tenants'> & { readonly tenants: PackedTenants }) | null;
  readonly issues: FleetReading['issues'];
  readonly sources: readonly { readonly path: string; readonly text: string; readonly isCut: boolean }[];
  readonly includes: FleetReading['includes'];
  readonly sideTexts: readonly (readonly [path: string, text: string])[];
  readonly reuse: Omit<FleetReading['reuse'], 'sideFiles'> & {
    readonly sideFiles: readonly (readonly [tenant: TenantId, paths: readonly string[]])[];
  };
};

/** `listeners` are those of all tenants, one tenant's after the other's. */
type PackedTenants = {
  readonly tenants: PackedAlike<Omit<TenantSpec, 'listeners'> & { readonly listeners: number }>;
  readonly listeners: PackedAlike<ListenerSpec>;
};

export function renderReading({ fleet, sources, sideTexts, reuse, ...rest }: FleetReading): ReadingJson {
  return {
    ...rest,
    fleet: fleet && { ...fleet, tenants: packTenants([...fleet.tenants.values()]) },
    sources: [...sources.values()].map(({ path, text, isCut }) => ({ path, text, isCut })),
    sideTexts: [...sideTexts],
    reuse: { ...reuse, sideFiles: [...reuse.sideFiles] },
  };
}

/** What tenants have in common becomes one object again, as the reading had it. */
export function parseReading({ fleet, sources, sideTexts, reuse, ...rest }: ReadingJson): FleetReading {
  return {
    ...rest,
    fleet: fleet && { ...fleet, tenants: unpackTenants(fleet.tenants) },
    sources: new Map(sources.map(({ path, text, isCut }) => [path, new SourceText(path, text, isCut)])),
    sideTexts: new Map(sideTexts),
    reuse: { ...reuse, sideFiles: new Map(reuse.sideFiles) },
  };
}

function packTenants(tenants: readonly TenantSpec[]): PackedTenants {
  return {
    tenants: packAlike(tenants.map(spec => ({ ...spec, listeners: spec.listeners.length }))),
    listeners: packAlike(tenants.flatMap(({ listeners }) => listeners)),
  };
}

function unpackTenants(packed: PackedTenants): Map<TenantId, TenantSpec> {
  const listeners = unpackAlike(packed.listeners);
  const tenants = new Map<TenantId, TenantSpec>();
  let next = 0;
  for (const spec of unpackAlike(packed.tenants)) {
    const own = listeners.slice(next, next + spec.listeners);
    next += spec.listeners;
    tenants.set(spec.id, { ...spec, listeners: own });
  }
  return tenants;
}
