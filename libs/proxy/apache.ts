/** How Apache (2.4.47 and newer) is told: which files, from which templates, with what in their holes. */
import type { ProxyListen } from '../spec/proxy-spec.ts';
import { parseApacheTree } from './apache-tree.ts';
import type { Dialect, ProxyDocument } from './dialect.ts';
import { apacheEscapes } from './escapes.ts';
import { type ProxyModel, type ProxySite, probeHost } from './proxy-model.ts';
import type { TemplateData } from './template.ts';

export const apacheDialect: Dialect = {
  templates: [
    'base.conf',
    'probe.conf',
    'wildcard.conf',
    'map.conf',
    'hosts.map',
    'tenant.conf',
    'subpath.inc',
  ].concat(['tls.conf', 'settings.conf', 'headers.conf', 'pass.conf']),
  escapes: apacheEscapes,
  documents,
  parseTree: parseApacheTree,
  patternArgs: ({ name, args }) => {
    if (/^RewriteCond$/i.test(name)) return args.slice(1, 2);
    if (/^RedirectMatch$/i.test(name)) return args.slice(0, -1);
    if (/^(RewriteRule|\w+Match)$/i.test(name)) return args.slice(0, 1);
    return [];
  },
};

/** Apache takes files by name in this order, and of servers that want a host the first. */
function documents(model: ProxyModel): ProxyDocument[] {
  const shared = sharedData(model);
  const servers = serversData(model, model.tls?.certificate ?? null, model.tls?.key ?? null);
  const whole = { ...shared, ...servers };
  return [
    { path: '00-base.conf', template: 'base.conf', data: whole },
    { path: '00-probe.conf', template: 'probe.conf', data: whole },
    // always there: Apache refuses a server whose map is not, and the next version may have that server
    { path: 'hosts.map', template: 'hosts.map', data: { hosts: model.hosts } },
    ...(model.hosts.length > 0
      ? [{ path: 'map.conf', template: 'map.conf', data: { ...whole, hosts: model.hosts } }]
      : []),
    ...model.sites.map(site => ({
      path: `tenant-${site.tenant}.conf`,
      template: 'tenant.conf',
      data: { ...shared, ...siteData(model, site) },
    })),
    ...(model.mode === 'vhost' ? [] : [{ path: 'wildcard.conf', template: 'wildcard.conf', data: whole }]),
    ...model.subpaths.map(({ tenant, socketPath, webroot }) => ({
      path: `subpath/${tenant}.inc`,
      template: 'subpath.inc',
      data: { ...shared, tenant, socketPath, webroot, bareWebroot: webroot.slice(0, -1) },
    })),
  ];
}

function sharedData(model: ProxyModel): TemplateData {
  return {
    baseDomain: model.baseDomain,
    probeHost: probeHost(model.baseDomain),
    runDir: model.runDir,
    outputDir: model.outputDir,
    acmeRoot: model.acmeRoot,
    include: model.include,
  };
}

/** Plain HTTP and TLS are servers apart; where there is TLS the plain one redirects. */
function serversData(model: ProxyModel, certificate: string | null, key: string | null): TemplateData {
  const { listen, tls } = model;
  const port = tls?.listen[0]?.port ?? 443;
  const plain = {
    addresses: apacheAddresses(listen),
    tls: null,
    redirect: tls !== null,
    tlsPort: port === 443 ? null : port,
  };
  const secure = {
    addresses: apacheAddresses(tls?.listen ?? []),
    tls: { certificate, key },
    redirect: false,
  };
  return { servers: [plain, secure].filter(({ addresses }) => addresses.length > 0) };
}

function siteData(model: ProxyModel, site: ProxySite): TemplateData {
  const [siteName = '', ...siteAliases] = site.hosts;
  return {
    tenant: site.tenant,
    socketPath: site.socketPath,
    siteName,
    siteAliases,
    siteInclude: site.include,
    ...serversData(
      model,
      site.certificate ?? model.tls?.certificate ?? null,
      site.key ?? model.tls?.key ?? null,
    ),
  };
}

/** `*` is every address of both families. */
function apacheAddresses(listen: readonly ProxyListen[]): string[] {
  const addresses = listen.map(({ host, port }) => {
    if (host === '::' || host === '0.0.0.0') return `*:${port}`;
    return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  });
  return [...new Set(addresses)];
}
