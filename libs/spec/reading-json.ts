import type { TenantId } from '../base/ids.ts';
import type { FleetReading } from './read-fleet.ts';
import { SourceText } from './source-text.ts';
import type { FleetSpec, TenantSpec } from './tenant-spec.ts';

/** A reading as plain JSON: another process may read, and the next reading here still builds on it. */
export type ReadingJson = {
  readonly fleet: (Omit<FleetSpec, 'tenants'> & { readonly tenants: readonly TenantSpec[] }) | null;
  readonly issues: FleetReading['issues'];
  readonly sources: readonly { readonly path: string; readonly text: string; readonly isCut: boolean }[];
  readonly includes: FleetReading['includes'];
  readonly sideTexts: readonly (readonly [path: string, text: string])[];
  readonly reuse: Omit<FleetReading['reuse'], 'sideFiles'> & {
    readonly sideFiles: readonly (readonly [tenant: TenantId, paths: readonly string[]])[];
  };
};

export function renderReading({ fleet, sources, sideTexts, reuse, ...rest }: FleetReading): ReadingJson {
  return {
    ...rest,
    fleet: fleet && { ...fleet, tenants: [...fleet.tenants.values()] },
    sources: [...sources.values()].map(({ path, text, isCut }) => ({ path, text, isCut })),
    sideTexts: [...sideTexts],
    reuse: { ...reuse, sideFiles: [...reuse.sideFiles] },
  };
}

/** What tenants have in common becomes one object again, as the reading had it: of thousands, most are alike. */
export function parseReading({ fleet, sources, sideTexts, reuse, ...rest }: ReadingJson): FleetReading {
  const known = new Map<string, object>();
  return {
    ...rest,
    fleet: fleet && {
      ...fleet,
      tenants: new Map(fleet.tenants.map(tenant => [tenant.id, shareParts(tenant, known)])),
    },
    sources: new Map(sources.map(({ path, text, isCut }) => [path, new SourceText(path, text, isCut)])),
    sideTexts: new Map(sideTexts),
    reuse: { ...reuse, sideFiles: new Map(reuse.sideFiles) },
  };
}

function shareParts(tenant: TenantSpec, known: Map<string, object>): TenantSpec {
  const share = <T extends object>(part: T): T =>
    Object.fromEntries(
      Object.entries(part).map(([key, value]) => {
        if (typeof value !== 'object' || value === null || key === 'binds') return [key, value];
        const text = JSON.stringify(value);
        const same = known.get(text);
        if (!same) known.set(text, value);
        return [key, same ?? value];
      }),
    ) as T;
  const { listeners, ...own } = tenant;
  return { ...share(own), listeners: listeners.map(share) };
}
