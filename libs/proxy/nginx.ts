/** How nginx (1.18 and newer) is told: which files, from which templates, with what in their holes. */
import type { ProxyListen } from '../spec/proxy-spec.ts';
import type { Dialect, ProxyDocument } from './dialect.ts';
import { nginxEscapes } from './escapes.ts';
import { parseNginxTree } from './nginx-tree.ts';
import { type ProxyModel, type ProxySite, probeHost } from './proxy-model.ts';
import type { TemplateData } from './template.ts';

export const nginxDialect: Dialect = {
  templates: ['base.conf', 'probe.conf', 'wildcard.conf', 'map.conf', 'tenant.conf', 'subpath.inc'].concat([
    'listen.conf',
    'https.conf',
    'settings.conf',
    'locations.conf',
  ]),
  escapes: nginxEscapes,
  documents,
  parseTree: parseNginxTree,
  patternArgs: ({ name, args }) =>
    [name, ...args].filter((word, at, words) => /^!?~/.test(word) || isPatternNext(words[at - 1])),
};

/** Before a regular expression that is a word of its own. */
const isPatternNext = (word = '') => word === 'rewrite' || /^!?~\*?$/.test(word);

/** nginx takes files by name in this order; the first server of an address gets what no other one wants. */
function documents(model: ProxyModel): ProxyDocument[] {
  const shared = sharedData(model);
  return [
    { path: '00-base.conf', template: 'base.conf', data: shared },
    { path: '00-probe.conf', template: 'probe.conf', data: shared },
    ...(model.hosts.length > 0
      ? [{ path: 'map.conf', template: 'map.conf', data: { ...shared, ...hostsData(model) } }]
      : []),
    ...model.sites.map(site => ({
      path: `tenant-${site.tenant}.conf`,
      template: 'tenant.conf',
      data: { ...shared, ...siteData(model, site) },
    })),
    ...(model.mode === 'vhost' ? [] : [{ path: 'wildcard.conf', template: 'wildcard.conf', data: shared }]),
    ...model.subpaths.map(({ tenant, socketPath, webroot }) => ({
      path: `subpath/${tenant}.inc`,
      template: 'subpath.inc',
      data: { ...shared, tenant, socketPath, webroot, bareWebroot: webroot.slice(0, -1) },
    })),
  ];
}

function sharedData(model: ProxyModel): TemplateData {
  const { tls } = model;
  return {
    baseDomain: model.baseDomain,
    probeHost: probeHost(model.baseDomain),
    runDir: model.runDir,
    fallbackSocketPath: model.fallbackSocketPath,
    listen: model.listen.map(nginxAddress),
    defaultServer: model.defaultServer,
    acmeRoot: model.acmeRoot,
    include: model.include,
    tls: tls && { tlsListen: tls.listen.map(nginxAddress), tlsPort: tlsPort(tls.listen) },
    certificate: tls?.certificate ?? null,
    key: tls?.key ?? null,
  };
}

function hostsData({ hosts }: ProxyModel): TemplateData {
  return {
    hosts: hosts.filter(({ host }) => !needsPattern(host)),
    patternHosts: hosts.filter(({ host }) => needsPattern(host)),
  };
}

function siteData(model: ProxyModel, site: ProxySite): TemplateData {
  return {
    tenant: site.tenant,
    socketPath: site.socketPath,
    hosts: site.hosts.filter(host => !needsPattern(host)).map(host => ({ host })),
    patternHosts: site.hosts.filter(needsPattern).map(host => ({ host })),
    siteInclude: site.include,
    certificate: site.certificate ?? model.tls?.certificate ?? null,
    key: site.key ?? model.tls?.key ?? null,
  };
}

/**
 * A name of more than 46 bytes does not fit in nginx's hash tables of 64, and their size may be said once only, which
 * is the operator's to do. A name without a dot could be a word that `map` knows, e.g. `default`.
 */
function needsPattern(host: string): boolean {
  return host.length > 46 || !host.includes('.');
}

function nginxAddress({ host, port }: ProxyListen): string {
  if (host === '0.0.0.0') return String(port);
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What stands behind the host of an `https://` address: empty for 443. */
function tlsPort(listen: readonly ProxyListen[]): string | null {
  const port = listen[0]?.port ?? 443;
  return port === 443 ? null : String(port);
}
