/**
 * What the web server is told, as plain data: nginx and Apache are both rendered from this and from nothing else.
 * Every host name in it has one owner and every path in it can be written.
 */
import type { TenantId } from '../base/ids.ts';
import type { ProxyListen, ProxyMode } from '../spec/proxy-spec.ts';

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

export type ProxyTls = {
  readonly certificate: string;
  readonly key: string;
  readonly listen: readonly ProxyListen[];
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
