/**
 * What the HTTP engine asks of a tenant, and what it offers. One engine (one fastify) serves all tenants of a shard.
 */
import type { Socket } from 'node:net';
import type { ChaosTriggers } from '../base/chaos.ts';
import type { TenantId, TenantUid } from '../base/ids.ts';
import type { Limits } from '../connection/limiter.ts';
import type { Envelope } from '../mail/message.ts';
import type { Mailbox } from '../store/store.ts';
import type { TenantCounters } from '../wire/report.ts';
import type { MailEvents } from './mail-events.ts';

/** Read anew at each request; a new object when something has changed. */
export type InboxSettings = {
  readonly hostname: string;
  readonly label: string;
  readonly suspended: boolean;
  /** Of a mail, and of the body of `send`. 0: unlimited. */
  readonly maxMessageSizeBytes: number;
  /** Where the pages begin; a slash at both ends. */
  readonly webroot: string;
  /** Host names of the tenant, lower case, besides `localhost` and addresses. */
  readonly hostnames: readonly string[];
  /** `<name>.<baseDomain>`; empty when there is no base domain. */
  readonly ownHost: string;
  /** Origins as written: `host`, `host:port`, `scheme://host`, `*`. */
  readonly apiCors: readonly string[];
  /** `open`: whoever comes is let in, knowingly · `unset`: the same, but not by way of the tenant's host names. */
  readonly auth: 'open' | 'unset' | 'required';
  /** Who may use `send`: those of the pages, those with credentials of its own, or anybody. */
  readonly sendAuth: 'pages' | 'own' | 'anybody';
  readonly blockRemoteCssAndFonts: boolean;
  readonly disableHttpCompression: boolean;
  readonly hideDeleteAllButton: boolean;
  readonly ignoreDuplicateIds: boolean;
  readonly demoMode: boolean;
  /** `{webroot}metrics` answers. */
  readonly prometheus: boolean;
  readonly enableChaos: boolean;
  /** Listeners of events at a time. 0: no limit. */
  readonly maxWebSockets: number;
  /** Of requests a minute. */
  readonly limits: Limits;
};

const noRates = { connections: 0, messages: 0, recipients: 0, bytes: 0, requests: 0 };

/** For a tenant to begin with: everything but the name as the reference has it without options. */
export const defaultInboxSettings = {
  label: '',
  suspended: false,
  maxMessageSizeBytes: 50 * 1024 * 1024,
  webroot: '/',
  hostnames: [],
  ownHost: '',
  apiCors: [],
  auth: 'unset',
  sendAuth: 'pages',
  blockRemoteCssAndFonts: false,
  disableHttpCompression: false,
  hideDeleteAllButton: false,
  ignoreDuplicateIds: false,
  demoMode: false,
  prometheus: false,
  enableChaos: false,
  maxWebSockets: 0,
  limits: { connections: 0, perMinute: noRates, perSource: { connections: 0, perMinute: noRates } },
} as const satisfies Omit<InboxSettings, 'hostname'>;

/** `refused` carries the reply that SMTP would give. */
export type Submission =
  | { readonly outcome: 'queued'; readonly id: string | null }
  | { readonly outcome: 'refused'; readonly reply: string };

/** A listener as its tenant's people need it to connect; never a secret. */
export type ReachableListener = {
  readonly id: string;
  readonly protocol: 'smtp' | 'http' | 'pop3';
  readonly tls: 'none' | 'starttls' | 'implicit';
  readonly requireStarttls: boolean;
  /** `anybody`: a login is taken whatever it says. */
  readonly login: 'none' | 'anybody' | 'required';
  readonly users: readonly string[];
  /** `socket` is the path of a unix socket, else empty; `host` and `port` are what people write down. */
  readonly addresses: readonly { readonly socket: string; readonly host: string; readonly port: number }[];
};

/** How a tenant is reached, and what it keeps. */
export type Reachability = {
  readonly listeners: readonly ReachableListener[];
  /** 0: no limit. */
  readonly keeps: { readonly maxMessages: number; readonly maxAgeMs: number; readonly maxBytes: number };
};

/** What a client and the server said to each other by SMTP; no secrets and no mail data. */
export type SessionTranscript = {
  /** Counts the sessions of the process. */
  readonly id: number;
  readonly startedAtMs: number;
  /** null while it lasts. */
  readonly endedAtMs: number | null;
  readonly remoteAddress: string;
  readonly tls: boolean;
  /** The first line that is still kept is the first that was said. */
  readonly complete: boolean;
  readonly lines: readonly {
    readonly atMs: number;
    readonly from: 'client' | 'server';
    readonly text: string;
  }[];
};

export interface InboxTenant {
  readonly id: TenantId;
  readonly uid: TenantUid;
  readonly settings: InboxSettings;
  readonly mailbox: Mailbox;
  readonly counters: TenantCounters;
  readonly startedAtMs: number;
  /** Every change of the mailbox is published here, by whoever makes it; the API publishes its own. */
  readonly events: MailEvents;
  /** What `info` tells of the program: bytes of the mailbox on disk or in memory, bytes held in memory. */
  usage(): Promise<{ readonly databaseBytes: number; readonly memoryBytes: number }>;
  /** Asked only where credentials are wanted. A refusal comes a second after the attempt. */
  login(
    realm: 'pages' | 'send',
    user: string,
    password: string,
  ): Promise<'accepted' | 'refused' | 'unavailable'>;
  /** Takes a mail from `send` as if SMTP had brought it, but without a Received header. */
  submit(envelope: Envelope, data: Buffer): Promise<Submission>;
  reachability(): Promise<Reachability>;
  /** SMTP sessions as far as they are remembered, oldest first. */
  sessions(): readonly SessionTranscript[];
  /** Mails that the mailbox's limits removed since a time, at most a day ago. */
  evictedSince(atMs: number): number;
  chaosTriggers(): ChaosTriggers;
  setChaosTriggers(triggers: ChaosTriggers): void;
}

export interface InboxEngine extends AsyncDisposable {
  /**
   * Serves HTTP on an accepted socket until it ends. Never throws. The socket comes from a `net.Server` with
   * `allowHalfOpen`: a client may close its side before it has read the answer.
   */
  serve(socket: Socket, tenant: InboxTenant): void;
  /** Ends the connections of a tenant: idle ones at once, busy ones after their answer, at most `drainMs` later. */
  end(tenant: InboxTenant, drainMs: number): Promise<void>;
  connections(tenant: InboxTenant): number;
  /** Whether nobody is connected to a tenant, and nobody's place in its changes has to be known. */
  isAtRest(tenant: InboxTenant): boolean;
}
