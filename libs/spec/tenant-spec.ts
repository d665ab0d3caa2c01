/**
 * What the operator wants, every default filled in. Types only: `resolve.ts` makes these from the tenants file,
 * everything else reads them. Plain JSON, so that it crosses to a shard as it stands.
 */
import type { TenantId } from '../base/ids.ts';
import type { ProxySpec, TenantProxySpec } from './proxy-spec.ts';
import type { CredentialsSpec, LimitsSpec, Pop3Spec, SmtpSpec, TlsMode } from './smtp-spec.ts';
import type { TagsSpec } from './tags-spec.ts';

export type UnixBind = {
  readonly kind: 'unix';
  /** Absolute; at most 107 bytes. */
  readonly path: string;
};

export type TcpBind = {
  readonly kind: 'tcp';
  /** An address, `localhost`, or `::` for both families. */
  readonly host: string;
  readonly port: number;
};

export type Bind = UnixBind | TcpBind;

/** Who may use a unix socket. `null` where nothing was written: the default of `docs/config.md` then, if the daemon may. */
export type SocketAccess = {
  readonly owner: string | null;
  readonly group: string | null;
  /** Permission bits, e.g. 0o660. */
  readonly mode: number;
  /** Entries as setfacl takes them, e.g. `u:bob:rw`. */
  readonly acl: readonly string[];
};

export type ListenerProtocol = 'smtp' | 'http' | 'pop3';

export type ListenerSpec = {
  /** `smtp` and `http` exist by themselves; further ones are named by the operator. */
  readonly id: string;
  readonly protocol: ListenerProtocol;
  readonly binds: readonly Bind[];
  readonly access: SocketAccess;
  /** 0: no limit of its own. */
  readonly maxConnections: number;
  readonly backlog: number;
  /** Host name that pages show to people who connect; empty: the machine's. */
  readonly publicHost: string;
  /** Where it speaks HTTP, this and the three below say nothing. */
  readonly tls: TlsMode;
  /** SMTP: mail only after STARTTLS. */
  readonly requireStarttls: boolean;
  /** SMTP: the peer is believed when it says whom it speaks for. */
  readonly xclient: boolean;
  /** A PROXY header must come first, and is believed. */
  readonly proxyProtocol: boolean;
};

export type TenantSpec = {
  readonly id: TenantId;
  readonly label: string;
  /** The tenant's own unix user, owner of `smtp.sock`; null: none. */
  readonly user: string | null;
  readonly suspended: boolean;
  readonly listeners: readonly ListenerSpec[];
  /** 0: unlimited. */
  readonly maxMessages: number;
  /** 0: for ever. */
  readonly maxAgeMs: number;
  /** Of all mail of the tenant, as it came. 0: unlimited. */
  readonly maxBytes: number;
  /** 0: unlimited. */
  readonly maxMessageSizeBytes: number;
  readonly smtp: SmtpSpec;
  readonly pop3: Pop3Spec;
  readonly limits: LimitsSpec;
  /** A mail whose Message-ID is there already is dropped. */
  readonly ignoreDuplicateIds: boolean;
  /** A mail is as old as its Date header says. */
  readonly useMessageDates: boolean;
  readonly enableChaos: boolean;
  /** See `chaos-triggers.ts`; one that is not empty enables chaos too. */
  readonly chaosTriggers: string;
  /** Who may read its page and use its API. */
  readonly ui: CredentialsSpec;
  /** Who may send through its API; nobody here: whoever may use the API. */
  readonly sendApi: CredentialsSpec & { readonly authAcceptAny: boolean };
  /** `none`: whoever reaches its page may read it, and somebody said so. */
  readonly auth: 'none' | null;
  /** Lower case, besides {@link TenantSpec.ownHost}. */
  readonly hostnames: readonly string[];
  /** `<name>.<baseDomain>` of the web server in front; empty where there is none. */
  readonly ownHost: string;
  /** Where its page begins; a slash at both ends. */
  readonly webroot: string;
  readonly tags: TagsSpec;
  /** `host`, `host:port` or `*`. */
  readonly apiCors: readonly string[];
  /** Figures at `<webroot>metrics`. */
  readonly prometheus: boolean;
  readonly disableHttpCompression: boolean;
  readonly blockRemoteCssAndFonts: boolean;
  readonly hideDeleteAllButton: boolean;
  readonly demoMode: boolean;
  readonly proxy: TenantProxySpec;
};

export type LogSpec = {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly format: 'json' | 'pretty';
};

export type FleetSpec = {
  readonly runDir: string;
  readonly dataDir: string;
  /** How long the mail of a tenant that left is kept. */
  readonly trashMs: number;
  /** Shard processes; 0: as many as cores and descriptors ask for. */
  readonly shards: number;
  /** `{host}` in greetings and Received. */
  readonly hostname: string;
  readonly webGroup: string;
  readonly control: { readonly socketPath: string; readonly group: string | null };
  readonly log: LogSpec;
  /** Where Prometheus may fetch besides the control socket. */
  readonly metrics: { readonly listen: readonly TcpBind[] };
  readonly proxy: ProxySpec;
  readonly tenants: ReadonlyMap<TenantId, TenantSpec>;
};
