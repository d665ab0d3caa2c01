/** What the operator wants of nginx or Apache, every default filled in. Types only. */

export type ProxyServer = 'nginx' | 'apache';

/**
 * `wildcard`: every `<tenant>.<baseDomain>` by one pattern, a new tenant needs no reload ·
 * `map`: that and the tenants' own host names, from one table ·
 * `vhost`: a file per tenant, each with its own certificate and directives.
 */
export type ProxyMode = 'wildcard' | 'map' | 'vhost';

/** Where the web server listens: a `TcpBind` whose host is an address. */
export type ProxyListen = {
  readonly kind: 'tcp';
  /** `0.0.0.0` is every IPv4 address, `::` every IPv6 one. */
  readonly host: string;
  readonly port: number;
};

export type ProxySpec = {
  /** Lower case, e.g. `mail.example.com`; empty: no web server is configured. */
  readonly baseDomain: string;
  readonly server: ProxyServer;
  readonly mode: ProxyMode;
  /** Plain HTTP; with a certificate these redirect. */
  readonly listen: readonly ProxyListen[];
  readonly tls: {
    readonly certificate: string | null;
    readonly key: string | null;
    readonly listen: readonly ProxyListen[];
  };
  /** Holds all that is written: a folder a version, `current` is the symlink that is swapped. */
  readonly outputDir: string;
  readonly checkCommand: readonly string[];
  readonly reloadCommand: readonly string[];
  /** Where `apply` asks whether the new text is served. */
  readonly probeUrl: string;
  readonly apply: 'auto' | 'manual';
  /** Whether a host that nobody has gets our 404 instead of the web server's own first site. */
  readonly defaultServer: boolean;
  /** The folder of an ACME client (http-01), e.g. what certbot calls webroot. */
  readonly acmeRoot: string | null;
  /** Files of the operator that every generated server takes in. */
  readonly include: readonly string[];
  /** Templates here win over the built-in ones of the same name. */
  readonly templatesDir: string | null;
};

/** What of a tenant gives it a server of its own, in every mode. */
export type TenantProxySpec = {
  readonly certificate: string | null;
  readonly key: string | null;
  readonly include: string | null;
};
