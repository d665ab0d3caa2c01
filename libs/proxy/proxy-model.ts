/**
 * What the web server is told, as plain data: nginx and Apache are both rendered from this and from nothing else.
 * Every host name in it has one owner and every path in it can be written.
 */
import type { TenantId } from '../base/ids.ts';
import type { ProxyListen, ProxyMode, ProxyTls, TenantProxySpec } from '../spec/proxy-spec.ts';

/** What the web server has to know of a tenant. */
export type PublishedTenant = {
  readonly id: TenantId;
  /** Lower case. With a webroot they are the hosts of somebody else's site. */
  readonly hostnames: readonly string[];
  /** Begins and ends with a slash. */
  readonly webroot: string;
  /** The first unix socket of its HTTP listener. */
  readonly socketPath: string | null;
  readonly proxy: TenantProxySpec | null;
  /** Whether its page asks for a password, or knowingly does not. */
  readonly guarded: boolean;
};

/** A tenant's own host name, e.g. `mail.shop.example`, answered from the one table. */
export type ProxyHost = { readonly host: string; readonly tenant: TenantId };

/** A tenant with a server of its own. */
export type ProxySite = {
  readonly tenant: TenantId;
  readonly hosts: readonly string[];
  readonly socketPath: string;
  /** Null: those of the whole fleet. */
  readonly certificate: string | null;
  readonly key: string | null;
  /** A file of the operator with directives for this server. */
  readonly include: string | null;
};

/** A tenant's inbox below a path of somebody else's site, which takes in `subpath/<tenant>.inc`. */
export type ProxySubpath = {
  readonly tenant: TenantId;
  readonly socketPath: string;
  /** Begins and ends with a slash, e.g. `/mailpit/`. */
  readonly webroot: string;
};

export type ProxyModel = {
  readonly mode: ProxyMode;
  readonly baseDomain: string;
  readonly listen: readonly ProxyListen[];
  readonly tls: ProxyTls | null;
  readonly defaultServer: boolean;
  readonly acmeRoot: string | null;
  readonly include: readonly string[];
  readonly outputDir: string;
  readonly runDir: string;
  /** Answers where a tenant's own socket does not. */
  readonly fallbackSocketPath: string;
  /** Mode `map` only; sorted by host. */
  readonly hosts: readonly ProxyHost[];
  /** Sorted by tenant. */
  readonly sites: readonly ProxySite[];
  /** Sorted by tenant. */
  readonly subpaths: readonly ProxySubpath[];
};

/** The host that `apply` asks for the hash of what is served. */
export function probeHost(baseDomain: string): string {
  return `mpctl-probe.${baseDomain}`;
}
