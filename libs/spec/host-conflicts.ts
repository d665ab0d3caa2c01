import type { TenantId } from '../base/ids.ts';
import type { TenantSpec } from './tenant-spec.ts';

/** A host name that somebody else answers to already. */
export type HostConflict = {
  readonly tenant: TenantId;
  /** Its place in the tenant's `hostnames`. */
  readonly index: number;
  /** One sentence for the operator. */
  readonly message: string;
};

/**
 * Host names that two would answer: the first in the order of the file has it. Names of the base domain belong to the
 * tenant that is or will be called so, or to us. Tenants with a webroot may share a host, not its path. With `suspects`
 * one of them is in every conflict that there can be.
 */
export function hostConflicts(
  baseDomain: string,
  tenants: Iterable<TenantSpec>,
  suspects?: readonly TenantSpec[],
): HostConflict[] {
  const wanted = suspects && new Set(suspects.flatMap(({ hostnames }) => hostnames));
  if (baseDomain === '' || wanted?.size === 0) return [];
  const owners = new Map<string, TenantSpec[]>();
  const conflicts: HostConflict[] = [];
  for (const tenant of tenants) {
    tenant.hostnames.forEach((host, index) => {
      if (wanted && !wanted.has(host)) return;
      const refuse = (message: string) => conflicts.push({ tenant: tenant.id, index, message });
      if (isOfBaseDomain(host, baseDomain)) {
        if (host !== tenant.ownHost) refuse(`${host} belongs to the base domain`);
        return;
      }
      const others = owners.get(host) ?? [];
      owners.set(host, [...others, tenant]);
      const holder = others.find(other => other !== tenant && isSamePage(other, tenant));
      if (holder) refuse(`${host} is a host name of ${holder.id} already`);
    });
  }
  return conflicts;
}

function isSamePage({ webroot: one }: TenantSpec, { webroot: other }: TenantSpec): boolean {
  return one === other || one === '/' || other === '/';
}

/** The domain itself, or one label below it. */
function isOfBaseDomain(host: string, baseDomain: string): boolean {
  if (host === baseDomain) return true;
  return host.endsWith(`.${baseDomain}`) && !host.slice(0, -baseDomain.length - 1).includes('.');
}
