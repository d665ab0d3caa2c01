import { type ChaosTriggers, noChaos } from '../base/chaos.ts';
import type { TenantId, TenantUid } from '../base/ids.ts';
import {
  defaultInboxSettings,
  type InboxSettings,
  type InboxTenant,
  type Reachability,
  type SessionTranscript,
  type Submission,
} from '../inbox-api/inbox-tenant.ts';
import type { MailEvents } from '../inbox-api/mail-events.ts';
import type { Envelope } from '../mail/message.ts';
import type { LoginResult } from '../passwords/proof.ts';
import type { SmtpHost } from '../smtp/smtp-host.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import type { Mailbox } from '../store/store.ts';
import type { TenantCounters } from '../wire/report.ts';
import { nothingCounted } from './tally.ts';
import { isChaosOn } from './tenant-chaos.ts';
import type { TenantCore } from './tenant-core.ts';
import { TenantLogins } from './tenant-logins.ts';
import type { MailHolder } from './tenant-mail.ts';
import { TenantReach } from './tenant-reach.ts';

/** What the settings are made of, to see when they must be made anew. */
type Ingredients = Pick<InboxSettings, 'auth' | 'sendAuth'> & { readonly spec: TenantSpec };

/** A tenant as the HTTP engine sees it. */
export class TenantInbox implements InboxTenant {
  readonly id: TenantId;
  readonly uid: TenantUid;
  readonly startedAtMs: number;
  readonly #holder: MailHolder;
  readonly #core: TenantCore;
  readonly #reach: TenantReach;
  readonly #smtp: SmtpHost;
  readonly #logins: Readonly<Record<'pages' | 'send', TenantLogins>>;
  #madeOf: Ingredients | null = null;
  #settings: InboxSettings | null = null;

  constructor(core: TenantCore, holder: MailHolder, smtp: SmtpHost) {
    this.#smtp = smtp;
    this.#core = core;
    this.#reach = new TenantReach(core);
    this.id = core.spec.id;
    this.uid = core.uid;
    this.startedAtMs = core.startedAtMs;
    this.#holder = holder;
    this.#logins = {
      pages: new TenantLogins(core, ({ ui }) => ui),
      send: new TenantLogins(core, ({ sendApi }) => sendApi),
    };
  }

  get settings(): InboxSettings {
    // A connection may outlive what the files said when it came.
    void this.prepare();
    const { spec } = this.#core;
    const auth = this.#logins.pages.areWanted ? 'required' : spec.auth === 'none' ? 'open' : 'unset';
    const ownSend = this.#logins.send.areWanted ? 'own' : 'pages';
    const now: Ingredients = { spec, auth, sendAuth: spec.sendApi.authAcceptAny ? 'anybody' : ownSend };
    if (!this.#settings || !this.#madeOf || !isSame(now, this.#madeOf)) {
      this.#madeOf = now;
      this.#settings = inboxSettings(now, this.#core.home.hostname);
    }
    return this.#settings;
  }

  /** To be waited for before a connection is served; null: nothing. */
  prepare(): Promise<unknown> | null {
    const pages = this.#logins.pages.check();
    const send = this.#logins.send.check();
    return pages && send ? Promise.all([pages, send]) : (pages ?? send);
  }

  get mailbox(): Mailbox {
    return this.#holder.openMail().mailbox;
  }

  get events(): MailEvents {
    return this.#holder.openMail().events;
  }

  get counters(): TenantCounters {
    return this.#holder.openedMail?.tally ?? nothingCounted;
  }

  submit(envelope: Envelope, data: Buffer): Promise<Submission> {
    return this.#holder.openMail().keep(envelope, data, 'http');
  }

  login(realm: 'pages' | 'send', user: string, password: string): Promise<LoginResult> {
    return this.#logins[realm].attempt(user, { type: 'password', password });
  }

  async usage(): Promise<{ databaseBytes: number; memoryBytes: number }> {
    const { bytes } = await this.mailbox.counts();
    return { databaseBytes: bytes, memoryBytes: bytes };
  }

  reachability(): Promise<Reachability> {
    return this.#reach.reachability();
  }

  sessions(): readonly SessionTranscript[] {
    return this.#core.home.smtp.transcript(this.#smtp);
  }

  evictedSince(atMs: number): number {
    return this.#holder.openedMail?.evictions.since(atMs) ?? 0;
  }

  chaosTriggers(): ChaosTriggers {
    const { chaos, spec } = this.#core;
    return chaos.triggers(spec) ?? noChaos;
  }

  setChaosTriggers(triggers: ChaosTriggers): void {
    this.#core.chaos.set(triggers, this.#core.spec);
  }
}

function isSame(a: Ingredients, b: Ingredients): boolean {
  return a.spec === b.spec && a.auth === b.auth && a.sendAuth === b.sendAuth;
}

function inboxSettings({ spec, auth, sendAuth }: Ingredients, hostname: string): InboxSettings {
  const { label, suspended, maxMessageSizeBytes, hostnames, ownHost, webroot } = spec;
  return {
    ...defaultInboxSettings,
    enableChaos: isChaosOn(spec),
    ...apiSettings(spec),
    ...{ hostname, label, suspended, maxMessageSizeBytes, hostnames, ownHost, webroot, auth, sendAuth },
  };
}

function apiSettings(spec: TenantSpec) {
  const { apiCors, prometheus, disableHttpCompression, demoMode } = spec;
  const { blockRemoteCssAndFonts, hideDeleteAllButton, ignoreDuplicateIds } = spec;
  const { limits } = spec;
  const { webSockets: maxWebSockets } = limits;
  return {
    ...{ apiCors, prometheus, disableHttpCompression, demoMode },
    ...{ blockRemoteCssAndFonts, hideDeleteAllButton, ignoreDuplicateIds, maxWebSockets, limits },
  };
}
