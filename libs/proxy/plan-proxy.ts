import type { Issue } from '../base/issue.ts';
import { fallbackSocketPath, tenantSocketPath } from '../spec/paths.ts';
import type { ProxySpec } from '../spec/proxy-spec.ts';
import { pageAccess } from '../spec/published-page.ts';
import type { FleetSpec, TenantSpec } from '../spec/tenant-spec.ts';
import { IssueList } from './issue-list.ts';
import type { ProxyHost, ProxyModel, ProxySite, ProxySubpath, ProxyTls } from './proxy-model.ts';

export type ProxyPlan = {
  /** Null: an issue of `proxy` itself stands in the way. A tenant that an error names is left out. */
  readonly model: ProxyModel | null;
  readonly issues: readonly Issue[];
};

/** From this number on mode `vhost` costs the web server seconds and hundreds of megabytes at every reload. */
const manySites = 1000;

/** Decides what is published and how, for a fleet that has a base domain. */
export function planProxy(fleet: FleetSpec): ProxyPlan {
  const { proxy, runDir } = fleet;
  const issues = new IssueList();
  const tls = planTls(proxy, issues);
  for (const [key, path] of ownPaths(fleet)) {
    if (isUnsafe(path)) issues.error('PROXY_UNSAFE_PATH', key, unsafe(path));
  }
  const isBlocked = issues.hasErrors;

  const tenants = [...fleet.tenants.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const hosts: ProxyHost[] = [];
  const sites: ProxySite[] = [];
  const subpaths: ProxySubpath[] = [];
  for (const tenant of tenants) {
    const socketPath = findSocket(tenant, issues);
    if (socketPath === null || !hasUsableKeys(tenant, tls, issues)) continue;
    if (pageAccess(tenant) === 'closed') {
      const hint = `mpctl tenant passwd ${tenant.id} makes some; auth: none, if whoever asks may read it`;
      const message = 'has no credentials, so its page answers 403 to everyone';
      issues.warn('PROXY_NOT_PRIVATE', `tenants.${tenant.id}`, message, hint);
    }
    // With a webroot the host names are those of somebody else's site.
    const isBelow = tenant.webroot !== '/';
    if (isBelow) subpaths.push({ tenant: tenant.id, socketPath, webroot: tenant.webroot });
    const hostnames = isBelow ? [] : tenant.hostnames;
    if (needsSite(tenant, socketPath, fleet)) {
      const all = [...new Set([tenant.ownHost, ...hostnames])];
      sites.push({ tenant: tenant.id, hosts: all, socketPath, ...tenant.proxy });
    } else if (proxy.mode === 'map') {
      hosts.push(...hostnames.map(host => ({ host, tenant: tenant.id })));
    } else if (hostnames.length > 0) {
      const message = `${hostnames.join(', ')}: not served in mode wildcard`;
      issues.warn('PROXY_HOST_UNSERVED', `tenants.${tenant.id}.hostnames`, message, 'proxy.mode: map');
    }
  }
  if (sites.length > manySites) {
    const message = `${sites.length} tenants have a server of their own: reloads take seconds and much memory`;
    issues.warn('PROXY_MANY_SITES', 'proxy.mode', message, 'mode map serves host names without');
  }
  hosts.sort((a, b) => (a.host < b.host ? -1 : 1));
  const { mode, baseDomain, listen, defaultServer, acmeRoot, include, outputDir } = proxy;
  const model: ProxyModel = {
    ...{ mode, baseDomain, listen, tls, defaultServer, acmeRoot, include, outputDir, runDir },
    ...{ fallbackSocketPath: fallbackSocketPath(runDir), hosts, sites, subpaths },
  };
  return { model: isBlocked ? null : model, issues: issues.all };
}

function planTls({ tls }: ProxySpec, issues: IssueList): ProxyTls | null {
  const { certificate, key, listen } = tls;
  if (certificate !== null && key !== null) return { certificate, key, listen };
  if (certificate !== key)
    issues.error('PROXY_CERTIFICATE', 'proxy.tls', 'certificate and key belong together');
  return null;
}

/** The first unix socket of its page. */
function findSocket({ id, listeners }: TenantSpec, issues: IssueList): string | null {
  const key = `tenants.${id}.listeners.http`;
  const binds = listeners.filter(({ protocol }) => protocol === 'http').flatMap(listener => listener.binds);
  const path = binds.find(bind => bind.kind === 'unix')?.path;
  if (path === undefined) {
    issues.warn('PROXY_NO_SOCKET', key, 'has no unix socket, so it is not published');
  } else if (isUnsafe(path)) {
    issues.error('PROXY_UNSAFE_PATH', key, unsafe(path));
  } else {
    return path;
  }
  return null;
}

function hasUsableKeys({ id, proxy }: TenantSpec, tls: ProxyTls | null, issues: IssueList): boolean {
  const at = `tenants.${id}.proxy`;
  const { certificate, key } = proxy;
  if ((certificate === null) !== (key === null)) {
    issues.error('PROXY_CERTIFICATE', at, 'certificate and key belong together');
    return false;
  }
  if (certificate !== null && tls === null) {
    const message = 'a certificate of its own needs proxy.tls, which says where TLS listens';
    issues.error('PROXY_CERTIFICATE', at, message);
    return false;
  }
  const bad = Object.entries(proxy).filter(([, path]) => path !== null && isUnsafe(path));
  for (const [name, path] of bad) issues.error('PROXY_UNSAFE_PATH', `${at}.${name}`, unsafe(path ?? ''));
  return bad.length === 0;
}

/** What one pattern or one table cannot say. */
function needsSite({ id, proxy }: TenantSpec, socketPath: string, fleet: FleetSpec): boolean {
  const isUsual = socketPath === tenantSocketPath(fleet.runDir, id, 'http');
  return fleet.proxy.mode === 'vhost' || !isUsual || Object.values(proxy).some(path => path !== null);
}

/** Every path that gets into the text and is the operator's, by its key. */
function ownPaths({ runDir, proxy }: FleetSpec): [key: string, path: string][] {
  const paths: [string, string | null][] = [
    ['runDir', runDir],
    ['proxy.outputDir', proxy.outputDir],
    ['proxy.acmeRoot', proxy.acmeRoot],
    ['proxy.tls.certificate', proxy.tls.certificate],
    ['proxy.tls.key', proxy.tls.key],
    ...proxy.include.map((path, index): [string, string] => [`proxy.include.${index}`, path]),
  ];
  return paths.filter((pair): pair is [string, string] => pair[1] !== null);
}

/** Nothing that must be quoted away is needed in a path: what could mean something is refused before it gets there. */
function isUnsafe(path: string): boolean {
  return !/^\/[\p{L}\p{N}._/@+,=~ -]*$/u.test(path);
}

const unsafe = (path: string) => `${JSON.stringify(path)} has characters that mean something to a web server`;
