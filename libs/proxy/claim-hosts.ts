import type { TenantId } from '../base/ids.ts';
import type { Issue } from '../base/issue.ts';
import type { ProxyIssueCode } from './issue-codes.ts';
import type { PublishedTenant } from './proxy-model.ts';

type Report = (severity: Issue['severity'], code: ProxyIssueCode, path: string, message: string) => void;

/**
 * Finds host names that two would answer, and names of the base domain, which belong to the tenant that is or will be
 * called so, or to us. Returns who claims what is not theirs: of two tenants both, since nobody knows who is right.
 * Tenants with a webroot may share a host, not its path.
 */
export function claimHosts(
  tenants: readonly PublishedTenant[],
  baseDomain: string,
  report: Report,
): ReadonlySet<TenantId> {
  const refused = new Set<TenantId>();
  const claims = new Map<string, PublishedTenant[]>();
  for (const tenant of tenants) {
    for (const host of new Set(tenant.hostnames)) {
      if (isOfBaseDomain(host, baseDomain) && host !== `${tenant.id}.${baseDomain}`) {
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

  function refuse(tenant: PublishedTenant, message: string): void {
    refused.add(tenant.id);
    report('error', 'PROXY_HOST_TAKEN', `tenants.${tenant.id}.hostnames`, message);
  }
}

/** The domain itself, or one label below it. */
function isOfBaseDomain(host: string, baseDomain: string): boolean {
  if (host === baseDomain) return true;
  return host.endsWith(`.${baseDomain}`) && !host.slice(0, -baseDomain.length - 1).includes('.');
}
