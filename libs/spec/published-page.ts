/** A tenant's page as the web server in front publishes it. */
import type { TenantId } from '../base/ids.ts';
import type { ProxySpec } from './proxy-spec.ts';
import type { FleetSpec, TenantSpec } from './tenant-spec.ts';

/**
 * Who may read a page under its public names: those who `login`, anybody because somebody said so (`open`), or nobody
 * until one of the two is decided (`closed`).
 */
export type PageAccess = 'login' | 'open' | 'closed';

export function pageAccess({ auth, ui }: TenantSpec): PageAccess {
  if (ui.auth.length > 0 || ui.authFile !== null) return 'login';
  return auth === 'none' ? 'open' : 'closed';
}

/** Its address below the base domain; null where no web server is configured, or none could reach it. */
export function pageUrl({ baseDomain, tls, listen }: ProxySpec, tenant: TenantSpec): string | null {
  const isReached = tenant.listeners.some(
    ({ protocol, binds }) => protocol === 'http' && binds.some(({ kind }) => kind === 'unix'),
  );
  if (baseDomain === '' || !isReached) return null;
  const isSecure = tls.certificate !== null || listen.length === 0;
  const usual = isSecure ? 443 : 80;
  const { port = usual } = (isSecure ? tls.listen : listen)[0] ?? {};
  const host = `${tenant.ownHost}${port === usual ? '' : `:${port}`}`;
  return `${isSecure ? 'https' : 'http'}://${host}${tenant.webroot}`;
}

/** Of a tenant by its name; null where there is none, or no web server publishes it. */
export function publishedAccess({ proxy, tenants }: FleetSpec, name: string): PageAccess | null {
  const tenant = tenants.get(name as TenantId);
  return tenant && pageUrl(proxy, tenant) !== null ? pageAccess(tenant) : null;
}
