import { type ChaosTriggers, noChaos } from '../base/chaos.ts';
import type { TenantId } from '../base/ids.ts';
import {
  defaultInboxSettings,
  type InboxSettings,
  type InboxTenant,
  type Reachability,
  type Submission,
} from '../inbox-api/inbox-tenant.ts';
import type { MailEvents } from '../inbox-api/mail-events.ts';
import type { Envelope } from '../mail/message.ts';
import type { LoginResult } from '../passwords/proof.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import type { Mailbox } from '../store/store.ts';
import type { TenantCounters } from '../wire/report.ts';
import { nothingCounted } from './tally.ts';
import { isChaosOn } from './tenant-chaos.ts';
import { derived, type TenantCore } from './tenant-core.ts';
import type { MailHolder } from './tenant-mail.ts';
import { TenantReach } from './tenant-reach.ts';

/** A tenant as the HTTP engine sees it. */
export class TenantInbox implements InboxTenant {
  readonly id: TenantId;
  readonly startedAtMs: number;
  readonly #holder: MailHolder;
  readonly #settings: () => InboxSettings;
  readonly #core: TenantCore;
  readonly #reach: TenantReach;

  constructor(core: TenantCore, holder: MailHolder) {
    this.#core = core;
    this.#reach = new TenantReach(core);
    this.id = core.spec.id;
    this.startedAtMs = core.startedAtMs;
    this.#holder = holder;
    this.#settings = derived(core, spec => inboxSettings(spec, core.home.hostname));
  }

  get settings(): InboxSettings {
    return this.#settings();
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

  /** Nobody is asked: there are no users of the pages. */
  async login(): Promise<LoginResult> {
    return 'refused';
  }

  async usage(): Promise<{ databaseBytes: number; memoryBytes: number }> {
    const { bytes } = await this.mailbox.counts();
    return { databaseBytes: bytes, memoryBytes: bytes };
  }

  reachability(): Promise<Reachability> {
    return this.#reach.reachability();
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

function inboxSettings(spec: TenantSpec, hostname: string): InboxSettings {
  const { label, suspended, maxMessageSizeBytes, hostnames, ownHost, webroot } = spec;
  const auth = spec.auth === 'none' ? 'open' : 'unset';
  return {
    ...defaultInboxSettings,
    enableChaos: isChaosOn(spec),
    ignoreDuplicateIds: spec.ignoreDuplicateIds,
    ...{ hostname, label, suspended, maxMessageSizeBytes, hostnames, ownHost, webroot, auth },
  };
}
