import type { Issue } from '../base/issue.ts';
import { fallbackSocketPath, tenantSocketPath } from '../spec/paths.ts';
import type { ProxySpec } from '../spec/proxy-spec.ts';
import { claimHosts } from './claim-hosts.ts';
import type { ProxyIssueCode } from './issue-codes.ts';
import type { ProxyModel, ProxySite, PublishedTenant } from './proxy-model.ts';

/** From this number on mode `vhost` costs the web server seconds and hundreds of megabytes at every reload. */
const manySites = 1000;

/**
 * Decides what is published and how. The model holds what can be served; a tenant that an error names is left out, so
 * that one tenant's mistake is not everyone's.
 */
export function planProxy(
  spec: ProxySpec,
  runDir: string,
  tenants: Iterable<PublishedTenant>,
): { model: ProxyModel; issues: Issue[] } {
  const issues: Issue[] = [];
  const report = (
    severity: Issue['severity'],
    code: ProxyIssueCode,
    path: string,
    message: string,
    hint = '',
  ) => {
    issues.push({ code, severity, path, message, ...(hint ? { hint } : {}) });
  };
  for (const [key, path] of ownPaths(spec, runDir)) {
    if (isUnsafe(path)) report('error', 'PROXY_UNSAFE_PATH', key, unsafe(path));
  }

  const sorted = [...tenants].sort((a, b) => (a.id < b.id ? -1 : 1));
  const taken = claimHosts(sorted, spec.baseDomain, report);
  const hosts: ProxyModel['hosts'][number][] = [];
  const sites: ProxySite[] = [];
  const subpaths: ProxyModel['subpaths'][number][] = [];

  for (const tenant of sorted) {
    const at = `tenants.${tenant.id}`;
    if (taken.has(tenant.id) || !hasUsableProxy(tenant)) continue;
    const { id, socketPath, webroot, proxy } = tenant;
    if (socketPath === null) {
      report(
        'warning',
        'PROXY_NO_SOCKET',
        `${at}.listeners.http`,
        'has no unix socket, so it is not published',
      );
      continue;
    }
    if (isUnsafe(socketPath)) {
      report('error', 'PROXY_UNSAFE_PATH', `${at}.listeners.http`, unsafe(socketPath));
      continue;
    }
    if (!tenant.guarded) {
      report(
        'warning',
        'PROXY_NOT_PRIVATE',
        at,
        'has no credentials, so its page answers 403 to everyone',
        `mpctl tenant passwd ${id}, or auth: none`,
      );
    }
    const isSubpath = webroot !== '/';
    if (isSubpath) subpaths.push({ tenant: id, socketPath, webroot });
    const ownHosts = isSubpath ? [] : tenant.hostnames;

    if (spec.mode === 'vhost' || proxy || socketPath !== tenantSocketPath(runDir, id, 'http')) {
      const { certificate = null, key = null, include = null } = proxy ?? {};
      const all = [`${id}.${spec.baseDomain}`, ...ownHosts];
      sites.push({ tenant: id, hosts: all, socketPath, certificate, key, include });
    } else if (spec.mode === 'map') {
      for (const host of ownHosts) hosts.push({ host, tenant: id });
    } else if (ownHosts.length > 0) {
      const message = `${ownHosts.join(', ')} is not served in mode wildcard`;
      report('warning', 'PROXY_HOST_UNSERVED', `${at}.hostnames`, message, 'proxy.mode: map');
    }
  }
  if (sites.length > manySites) {
    const message = `${sites.length} tenants have a server of their own: reloads take seconds and much memory`;
    report('warning', 'PROXY_MANY_SITES', 'proxy.mode', message, 'mode map serves host names without');
  }
  hosts.sort((a, b) => (a.host < b.host ? -1 : 1));
  const { mode, baseDomain, listen, tls, defaultServer, acmeRoot, include, outputDir } = spec;
  const fallback = fallbackSocketPath(runDir);
  return {
    model: {
      ...{ mode, baseDomain, listen, tls, defaultServer, acmeRoot, include, outputDir, runDir },
      ...{ fallbackSocketPath: fallback, hosts, sites, subpaths },
    },
    issues,
  };

  function hasUsableProxy({ id, proxy }: PublishedTenant): boolean {
    const at = `tenants.${id}.proxy`;
    if (!proxy) return true;
    const { certificate, key, include } = proxy;
    if ((certificate === null) !== (key === null)) {
      report('error', 'PROXY_CERTIFICATE', at, 'certificate and key belong together');
      return false;
    }
    if (certificate !== null && spec.tls === null) {
      const message = 'a certificate needs proxy.tls, which says where TLS listens';
      report('error', 'PROXY_CERTIFICATE', at, message);
      return false;
    }
    const paths = Object.entries({ certificate, key, include }).filter(([, path]) => path && isUnsafe(path));
    for (const [name, path] of paths)
      report('error', 'PROXY_UNSAFE_PATH', `${at}.${name}`, unsafe(path ?? ''));
    return paths.length === 0;
  }
}

/** Every path that gets into the text and is the operator's, by its key. */
function ownPaths(spec: ProxySpec, runDir: string): [key: string, path: string][] {
  const paths: [string, string | null | undefined][] = [
    ['runDir', runDir],
    ['proxy.outputDir', spec.outputDir],
    ['proxy.acmeRoot', spec.acmeRoot],
    ['proxy.tls.certificate', spec.tls?.certificate],
    ['proxy.tls.key', spec.tls?.key],
    ...spec.include.map((path, index): [string, string] => [`proxy.include.${index}`, path]),
  ];
  return paths.filter((pair): pair is [string, string] => typeof pair[1] === 'string');
}

/** Nothing that is quoted away is needed in a path: what could mean something is refused before it gets there. */
function isUnsafe(path: string): boolean {
  return !/^\/[\p{L}\p{N}._/@+,=~ -]*$/u.test(path);
}

const unsafe = (path: string) => `${JSON.stringify(path)} has characters that mean something to a web server`;
