/**
 * One tenant in a shard: its listeners and its mail. Everything about a tenant is reached through its worker, and its
 * failures stay here. Thousands are idle, so an idle one is a handful of words: the rest is made on first use.
 *
 *     listening.ts a socket · tenant-smtp.ts, tenant-inbox.ts what the engines see · tenant-mail.ts mailbox and counters
 */
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { MpctlError } from '../base/error.ts';
import type { TenantUid } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Certificates } from '../certificates/certificates.ts';
import type { SessionRecord } from '../mail/session-record.ts';
import type { AcceptSource } from '../sockets/accept.ts';
import { tenantDatabasePath } from '../spec/paths.ts';
import type { ListenerSpec, TenantSpec } from '../spec/tenant-spec.ts';
import type { TenantReport, TenantState } from '../wire/report.ts';
import { Listening, type ListeningOwner } from './listening.ts';
import { LiveListener, type LiveListenerOwner } from './live-listener.ts';
import { refuseHttp } from './refuse-http.ts';
import { nothingCounted } from './tally.ts';
import { TenantChaos } from './tenant-chaos.ts';
import type { TenantCore } from './tenant-core.ts';
import type { TenantHome } from './tenant-home.ts';
import { TenantInbox } from './tenant-inbox.ts';
import { type MailHolder, placeOf, TenantMail } from './tenant-mail.ts';
import { TenantPop3 } from './tenant-pop3.ts';
import { TenantSmtp } from './tenant-smtp.ts';

/** How long connections may take to end when their listener goes, or HTTP's when the tenant is suspended. */
const partingMs = 5000;

/** What a tenant has while somebody is connected to it. */
type InUse = {
  readonly pop3: TenantPop3;
  readonly inbox: TenantInbox;
  readonly listeners: Map<string, LiveListener>;
};

export class TenantWorker implements TenantCore, ListeningOwner, MailHolder, LiveListenerOwner {
  readonly home: TenantHome;
  readonly uid: TenantUid;
  readonly startedAtMs: number;
  #spec: TenantSpec;
  #listenings: readonly Listening[] = [];
  #inUse: InUse | null = null;
  /** Outlives its connections: what was said on them is kept under this object. */
  #smtp: TenantSmtp | null = null;
  #mail: TenantMail | null = null;
  #chaos: TenantChaos | null = null;
  /** When a mailbox that nobody opened needs a look; 0: not known. */
  #tendAtMs = 0;
  #closed: Promise<void> | null = null;

  constructor(home: TenantHome, uid: TenantUid, spec: TenantSpec) {
    this.home = home;
    this.uid = uid;
    this.#spec = spec;
    this.startedAtMs = home.clock();
  }

  get spec(): TenantSpec {
    return this.#spec;
  }

  get log(): Logger {
    return this.home.log.child({ tenant: this.#spec.id });
  }

  get connections(): number {
    let sum = 0;
    for (const { connections } of this.#inUse?.listeners.values() ?? []) sum += connections;
    return sum;
  }

  get state(): TenantState {
    if (this.#closed) return 'closing';
    const faults = this.#listenings.filter(({ fault }) => fault !== '').length;
    if (this.#mail?.fault || (faults > 0 && faults === this.#listenings.length)) return 'failed';
    if (faults > 0) return 'partial';
    return this.#spec.suspended ? 'suspended' : 'listening';
  }

  /** Whether there is nothing to report but that it listens. */
  get isIdle(): boolean {
    return this.#mail === null && this.connections === 0 && this.state === 'listening';
  }

  /** Whether there may be mail from before this process. */
  get hasStoredMail(): boolean {
    return existsSync(tenantDatabasePath(this.home.dataDir, this.#spec.id));
  }

  get chaos(): TenantChaos {
    this.#chaos ??= new TenantChaos();
    return this.#chaos;
  }

  get openedMail(): TenantMail | null {
    return this.#mail;
  }

  openMail(): TenantMail {
    this.#mail ??= new TenantMail(this);
    return this.#mail;
  }

  /** Accepts from a listener's socket; `null` is one that did not arrive. A failure is the state of that socket. */
  listen(listenerId: string, bindIndex: number, source: AcceptSource | null): void {
    const listening = new Listening(this, listenerId, bindIndex);
    // Of exactly this length: spread, there would be room for more in thousands of them.
    this.#listenings = this.#listenings.concat(listening);
    listening.start(source);
  }

  /** Accepts no more from a socket, and ends the connections that came by it. */
  unlisten(listenerId: string, bindIndex: number): void {
    const isMeant = (one: Listening) => one.listenerId === listenerId && one.bindIndex === bindIndex;
    for (const listening of this.#listenings.filter(isMeant)) listening.stop();
    this.#listenings = this.#listenings.filter(one => !isMeant(one));
    this.#endSessions(listenerId, bindIndex);
    if (this.#listener(listenerId)?.protocol === 'http') this.#endHttp();
  }

  sessions(): readonly SessionRecord[] {
    return this.#smtp ? this.home.smtp.transcript(this.#smtp) : [];
  }

  /** Takes a connection, accepted here or by another process. */
  connected(listenerId: string, bindIndex: number, socket: Socket): void {
    const spec = this.#listener(listenerId);
    // It came while its listener or the tenant went away.
    if (!spec || this.#closed) {
      socket.destroy();
      return;
    }
    const { pop3, inbox, listeners } = this.#use();
    const smtp = this.#useSmtp();
    const listener = listeners.get(listenerId) ?? new LiveListener(listenerId, this);
    listeners.set(listenerId, listener);
    const limit = spec.protocol === 'http' ? this.#brokenHttpLimit(inbox, listener) : null;
    if (limit !== null) {
      refuseHttp(socket, limit);
      return;
    }
    listener.add(socket, bindIndex);
    const host = { smtp, pop3, http: inbox }[spec.protocol];
    const serve = () => {
      if (this.#closed || !this.#listener(listenerId)) socket.destroy();
      else if (host === smtp) this.home.smtp.serve(socket, smtp, listener);
      else if (host === pop3) this.home.pop3.serve(socket, pop3, listener);
      else this.home.inbox.serve(socket, inbox);
    };
    const wait = host.prepare();
    if (wait) void wait.then(serve);
    else serve();
  }

  #brokenHttpLimit(inbox: TenantInbox, listener: LiveListener): string | null {
    if (listener.isFull) return `maxConnections: ${listener.maxConnections}`;
    const most = this.#spec.limits.httpConnections;
    const isFull = most > 0 && this.home.inbox.connections(inbox) >= most;
    return isFull ? `limits.httpConnections: ${most}` : null;
  }

  get certificates(): Certificates {
    return this.home.certificates;
  }

  /** The engines hear of the end as well, and some after this. */
  connectionClosed(): void {
    // Who sends mail comes again: then it rests when it is tended.
    if (!this.#mail) setImmediate(() => this.rest());
  }

  connectionLost(listenerId: string, systemError: string): void {
    this.log.warn({ listener: listenerId, error: systemError }, 'connection lost before it was accepted');
  }

  backlogOf(listenerId: string): number | null {
    return this.#listener(listenerId)?.backlog ?? null;
  }

  faultChanged(): void {
    void this.report().then(this.home.stateChanged);
  }

  /**
   * Goes on under new settings. They hold for open connections too; only suspending ends some, and another way to begin
   * a session.
   */
  async change(spec: TenantSpec): Promise<void> {
    const before = this.#spec;
    this.#spec = spec;
    for (const { id } of before.listeners) if (!speaksAlike(id, before, spec)) this.#endSessions(id);
    // SMTP sessions hear of it at their next command.
    if (spec.suspended && !before.suspended) this.#endHttp();
    this.#tendAtMs = 0;
    await this.#mail?.setRetention();
  }

  /**
   * Removes mail that has become too old. Called every minute; `isTurn`: a mailbox that nobody opened may be opened to see
   * how old its mail is.
   */
  async tend(isTurn: boolean): Promise<void> {
    if (this.#mail) return this.#mail.prune();
    const isDue = this.#tendAtMs === 0 ? isTurn : this.home.clock() >= this.#tendAtMs;
    if (!isDue || this.#closed) return;
    this.#tendAtMs = Number.POSITIVE_INFINITY;
    try {
      const oldestAtMs = await this.home.store.tend(placeOf(this));
      const { maxAgeMs } = this.#spec;
      if (oldestAtMs !== null && maxAgeMs > 0) this.#tendAtMs = oldestAtMs + maxAgeMs;
    } catch (error) {
      if (!(error instanceof MpctlError)) throw error;
      this.log.warn({ err: error }, 'old mail could not be looked for');
      this.#tendAtMs = 0;
    }
  }

  /**
   * `looks` into a mailbox that nobody has used yet, too: that opens its database. `isStored` is {@link hasStoredMail},
   * where somebody has asked already.
   */
  async report({ looks = true, isStored = this.hasStoredMail } = {}): Promise<TenantReport> {
    const mail = looks && isStored ? this.openMail() : this.#mail;
    const [counts, tlsFaults] = await Promise.all([mail?.counts(), this.tlsFaults()]);
    return {
      id: this.#spec.id,
      state: this.state,
      mendsItself: this.#listenings.every(({ fault }) => fault === ''),
      error: [mail?.fault || mail?.shortage, ...this.#listenings.map(({ fault }) => fault), ...tlsFaults]
        .filter(Boolean)
        .join('; '),
      connections: this.connections,
      messages: counts?.total ?? (isStored ? null : 0),
      bytes: counts?.bytes ?? (isStored ? null : 0),
      counters: { ...(mail?.tally ?? nothingCounted) },
    };
  }

  /** Certificates that cannot be used as they are now; one from before may still be shown. */
  async tlsFaults(): Promise<readonly string[]> {
    const { listeners, smtp, pop3 } = this.#spec;
    const groups = { smtp, pop3 };
    const inTls = listeners.filter(({ tls }) => tls !== 'none').map(({ protocol }) => protocol);
    const sources = (['smtp', 'pop3'] as const).flatMap(protocol => {
      const { tlsCert, tlsKey } = groups[protocol];
      const isUsed = tlsCert !== null && tlsKey !== null && inTls.includes(protocol);
      return isUsed ? [{ certificate: tlsCert, key: tlsKey }] : [];
    });
    const faults = await Promise.all(sources.map(source => this.home.certificates.fault(source)));
    return faults.filter(fault => fault !== '');
  }

  /**
   * Accepts nothing more, lets mail in progress come whole for `drainMs`, then lets go of the mailbox. Called again with
   * less time, it hurries.
   */
  close(drainMs: number): Promise<void> {
    for (const listening of this.#listenings) listening.stop();
    const ended = this.#endAll(drainMs);
    this.#closed ??= ended.then(() => this.home.store.release(this.uid));
    return this.#closed;
  }

  async #endAll(drainMs: number): Promise<void> {
    if (this.#inUse) {
      const { pop3, inbox } = this.#inUse;
      await Promise.all([
        this.home.smtp.end(this.#useSmtp(), drainMs),
        this.home.pop3.end(pop3, drainMs),
        this.home.inbox.end(inbox, drainMs),
      ]);
    }
    if (this.#smtp) this.home.smtp.forget(this.#smtp);
  }

  /** SMTP and POP3 sessions that came by a listener, or by one of its binds: 421, mail in progress may come whole. */
  #endSessions(listenerId: string, bindIndex?: number): void {
    const listener = this.#inUse?.listeners.get(listenerId);
    if (!this.#inUse || !listener) return;
    const { pop3 } = this.#inUse;
    const isMeant = (socket: Socket) => listener.has(socket, bindIndex);
    void this.home.smtp.end(this.#useSmtp(), partingMs, isMeant);
    void this.home.pop3.end(pop3, partingMs, isMeant);
  }

  #endHttp(): void {
    if (this.#inUse) void this.home.inbox.end(this.#inUse.inbox, partingMs);
  }

  #listener(listenerId: string): ListenerSpec | undefined {
    return this.#spec.listeners.find(({ id }) => id === listenerId);
  }

  #use(): InUse {
    if (this.#inUse) return this.#inUse;
    this.#inUse = {
      pop3: new TenantPop3(this, this),
      inbox: new TenantInbox(this, this, this.#useSmtp()),
      listeners: new Map(),
    };
    return this.#inUse;
  }

  #useSmtp(): TenantSmtp {
    this.#smtp ??= new TenantSmtp(this, this);
    return this.#smtp;
  }

  /**
   * Becomes small again when nobody is connected: of its mail the counters stay, of SMTP what the last sessions said.
   * Returns whether there was something to let go of.
   */
  rest(): boolean {
    if (!this.#inUse || this.connections > 0) return false;
    const { smtp, pop3, inbox } = this.home;
    if (!pop3.isAtRest(this.#inUse.pop3) || !inbox.isAtRest(this.#inUse.inbox)) return false;
    this.#inUse = null;
    this.#smtp?.rest();
    if (this.#smtp && smtp.release(this.#smtp)) this.#smtp = null;
    return true;
  }
}

/** Whether a session of the listener would begin in the same way under both. */
function speaksAlike(listenerId: string, before: TenantSpec, after: TenantSpec): boolean {
  const [a, b] = [before, after].map(({ listeners }) => listeners.find(({ id }) => id === listenerId));
  return a !== undefined && b !== undefined && a.tls === b.tls && a.proxyProtocol === b.proxyProtocol;
}
