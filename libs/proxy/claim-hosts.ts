import type { TenantId } from '../base/ids.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import type { IssueList } from './issue-list.ts';

/**
 * Finds host names that two would answer, and names of the base domain, which belong to the tenant that is or will be
 * called so, or to us. Returns who claims what is not theirs: of two tenants both, since nobody knows who is right.
 * Tenants with a webroot may share a host, not its path.
 */
export function claimHosts(
  tenants: readonly TenantSpec[],
  baseDomain: string,
  issues: IssueList,
): ReadonlySet<TenantId> {
  const refused = new Set<TenantId>();
  const claims = new Map<string, TenantSpec[]>();
  for (const tenant of tenants) {
    for (const host of new Set(tenant.hostnames)) {
      if (isOfBaseDomain(host, baseDomain) && host !== tenant.ownHost) {
        refuse(tenant, `${host} belongs to the base domain`);
      } else {
        claims.set(host, [...(claims.get(host) ?? []), tenant]);
      }
    }
  }
  for (const [host, claimants] of claims) {
    for (const tenant of claimants) {
      const other = claimants.find(
        one =>
          one !== tenant && (tenant.webroot === '/' || one.webroot === '/' || one.webroot === tenant.webroot),
      );
      if (other) refuse(tenant, `${host} is a host name of ${other.id} too`);
    }
  }
  return refused;

  function refuse(tenant: TenantSpec, message: string): void {
    refused.add(tenant.id);
    issues.error('PROXY_HOST_TAKEN', `tenants.${tenant.id}.hostnames`, message);
  }
}

/** The domain itself, or one label below it. */
function isOfBaseDomain(host: string, baseDomain: string): boolean {
  if (host === baseDomain) return true;
  return host.endsWith(`.${baseDomain}`) && !host.slice(0, -baseDomain.length - 1).includes('.');
}
