import { setImmediate as nextTurn } from 'node:timers/promises';
import { MpctlError } from '../base/error.ts';
import { type MailEvent, MailEvents } from '../inbox-api/mail-events.ts';
import type { Envelope } from '../mail/message.ts';
import { type Arrival, readArrival, receiveLongMail, receiveMail } from '../mail/prepare-mail.ts';
import type { TagRules } from '../mail/tags.ts';
import type { Delivery } from '../smtp/smtp-host.ts';
import { tenantDataDir } from '../spec/paths.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import type { Counts, Mailbox, Retention } from '../store/store.ts';
import { Evictions } from './evictions.ts';
import { tagRules } from './tag-rules.ts';
import { newTally, type Tally } from './tally.ts';
import { appName, derived, type TenantCore } from './tenant-core.ts';

/** Who has a tenant's mail, or makes it. */
export interface MailHolder {
  /** null until mail came, or somebody looked for some. */
  readonly openedMail: TenantMail | null;
  openMail(): TenantMail;
}

/** The mail of a tenant in use: its mailbox, what arrives in it, what is counted. An idle tenant has none of it. */
export class TenantMail {
  readonly mailbox: Mailbox;
  readonly events = new MailEvents(event => this.#countDeleted(event));
  readonly tally: Tally = newTally();
  readonly evictions = new Evictions();
  readonly #core: TenantCore;
  readonly #tagRules: () => TagRules;
  /** Message-IDs of mails on their way into the mailbox, where duplicates are dropped. */
  #arriving: Map<string, Promise<void>> | null = null;
  #fault = '';
  #shortage = '';
  /** When the oldest mail will be too old; 0: not known. */
  #tooOldAtMs = 0;

  constructor(core: TenantCore) {
    this.#core = core;
    this.#tagRules = derived(core, tagRules);
    this.mailbox = core.home.store.mailbox({
      ...placeOf(core),
      onPruned: ids => this.events.publish({ kind: 'pruned', ids }),
    });
  }

  /** Why the last change of the mailbox failed, code and sentence; empty when it did not. */
  get fault(): string {
    return this.#fault;
  }

  /** Why there was no room for the last change, as {@link fault}; the mailbox is well all the same. */
  get shortage(): string {
    return this.#shortage;
  }

  /** Keeps a mail, and says what SMTP shall answer. */
  async keep(envelope: Envelope, data: Buffer, broughtBy: 'smtp' | 'http'): Promise<Delivery> {
    const { spec, home } = this.#core;
    const settings = {
      hostname: home.hostname,
      app: appName(spec),
      received: broughtBy === 'smtp',
      strictRfcHeaders: spec.smtp.strictRfcHeaders,
      useMessageDates: spec.useMessageDates,
      tagRules: this.#tagRules(),
    };
    const birth = { nowMs: home.clock(), random: home.random };
    const isLong = data.length >= longBytes;
    const arrival = isLong
      ? await receiveLongMail(data, envelope, settings, birth, nextTurn)
      : receiveMail(data, envelope, settings, birth);
    if (spec.maxBytes > 0 && arrival.raw.length > spec.maxBytes) {
      const reply = `552 5.3.4 Requested mail action aborted: exceeded storage allocation (${spec.maxBytes})`;
      return this.#refuse(reply);
    }
    if (isLong) await nextTurn();
    const mail = this.#mustRead(arrival) ? readArrival(arrival) : null;
    const arriving = mail && spec.ignoreDuplicateIds ? await this.#firstOf(mail.row.messageId) : null;
    if (arriving === 'duplicate') {
      this.count('ignored', 1);
      return { outcome: 'queued', id: null };
    }
    const failure = await this.#attempt(() => this.mailbox.insert(mail ?? arrival)).finally(() =>
      arriving?.resolve(),
    );
    if (failure?.code === 'STORE_FULL') return this.#refuse('452 4.3.1 Insufficient system storage');
    if (failure) return this.#refuse('451 4.3.0 Requested action aborted: local error in processing');
    this.count('accepted', 1);
    this.count('acceptedBytes', arrival.raw.length);
    const createdAtMs = mail?.row.createdAtMs ?? arrival.arrivedAtMs;
    this.#tooOldAtMs = Math.min(this.#tooOldAtMs, createdAtMs + spec.maxAgeMs);
    // Somebody may have begun to listen meanwhile.
    if (this.events.isHeard) {
      const { row, searchText } = mail ?? readArrival(arrival);
      this.events.publish({ kind: 'new', row, searchText });
    }
    return { outcome: 'queued', id: arrival.id };
  }

  /** Whether what stands in a mail must be known before it is kept; else it is read when it is not in anybody's way. */
  #mustRead({ raw }: Arrival): boolean {
    const { ignoreDuplicateIds, useMessageDates, tags } = this.#core.spec;
    const isAsked = ignoreDuplicateIds || useMessageDates || tags.filters.length > 0;
    return isAsked || this.events.isHeard || raw.length > maxUnreadBytes;
  }

  /** Applies the limits of the tenant's new settings. */
  setRetention(): Promise<void> {
    this.#tooOldAtMs = 0;
    return this.#remove(() => this.mailbox.setRetention(retentionOf(this.#core.spec)));
  }

  /** Removes mail that has become too old. Costs nothing while it is known that there is none. */
  async prune(): Promise<void> {
    const { spec, home } = this.#core;
    if (spec.maxAgeMs === 0 || home.clock() < this.#tooOldAtMs) return;
    this.#tooOldAtMs = Number.POSITIVE_INFINITY;
    await this.#remove(() => this.mailbox.prune());
    const oldestAtMs = await this.mailbox.oldestAtMs().catch(() => 0);
    if (oldestAtMs !== null) this.#tooOldAtMs = Math.min(this.#tooOldAtMs, oldestAtMs + spec.maxAgeMs);
  }

  /** null while the mailbox cannot be read. */
  async counts(): Promise<Counts | null> {
    try {
      return await this.mailbox.counts();
    } catch (error) {
      if (error instanceof MpctlError) return null;
      throw error;
    }
  }

  count(what: keyof Tally, amount: number): void {
    this.tally[what] += amount;
    this.#core.home.totals[what] += amount;
  }

  /** Lets one mail of a Message-ID through at a time: what it must say when it has been kept, or that there is one already. */
  async #firstOf(messageId: string): Promise<PromiseWithResolvers<void> | 'duplicate'> {
    for (;;) {
      const before = this.#arriving?.get(messageId);
      if (!before) break;
      await before;
    }
    const arriving = Promise.withResolvers<void>();
    this.#arriving ??= new Map();
    this.#arriving.set(messageId, arriving.promise);
    void arriving.promise.then(() => this.#arriving?.delete(messageId));
    if (!(await this.mailbox.hasMessageId(messageId))) return arriving;
    arriving.resolve();
    return 'duplicate';
  }

  #refuse(reply: string): Delivery {
    this.count('rejected', 1);
    return { outcome: 'refused', reply };
  }

  async #remove(work: () => Promise<readonly string[]>): Promise<void> {
    await this.#attempt(async () => {
      const ids = await work();
      if (ids.length > 0) this.events.publish({ kind: 'pruned', ids });
    });
  }

  #countDeleted(event: MailEvent): void {
    if (event.kind === 'pruned') this.evictions.note(event.ids.length, this.#core.home.clock());
    if (event.kind === 'removed' || event.kind === 'pruned') this.count('deleted', event.ids.length);
    else if (event.kind === 'truncated') this.count('deleted', event.count);
  }

  /** Resolves to the failure, or null. That there is no room just now is no fault of the mailbox. */
  async #attempt(work: () => Promise<unknown>): Promise<MpctlError | null> {
    try {
      await work();
      this.#setFault(null);
      this.#shortage = '';
      return null;
    } catch (error) {
      if (!(error instanceof MpctlError)) throw error;
      if (error.code !== 'STORE_FULL') this.#setFault(error);
      else this.#shortage = `${error.code}: ${error.message}`;
      return error;
    }
  }

  #setFault(error: MpctlError | null): void {
    const fault = error ? `${error.code}: ${error.message}` : '';
    if (fault === this.#fault) return;
    this.#fault = fault;
    if (error) this.#core.log.error({ err: error }, 'mailbox failed');
    else this.#core.log.info({}, 'mailbox works again');
    this.#core.faultChanged();
  }
}

/** A longer mail may take some milliseconds to read: not behind others then, who are read in one go. */
const maxUnreadBytes = 64 * 1024;

/** Each step of taking in a mail of many megabytes holds the event loop for some milliseconds: others go in between. */
const longBytes = 1024 * 1024;

/** Where a tenant's mail is, and its limits. */
export function placeOf({ uid, spec, home }: Pick<TenantCore, 'uid' | 'spec' | 'home'>) {
  return { uid, dir: tenantDataDir(home.dataDir, spec.id), retention: retentionOf(spec) };
}

/** Of a public demonstration. */
const maxDemoMessages = 1000;

function retentionOf({ demoMode, maxMessages, maxAgeMs, maxBytes }: TenantSpec): Retention {
  const most = demoMode ? Math.min(maxMessages || maxDemoMessages, maxDemoMessages) : maxMessages;
  return { maxMessages: most, maxAgeMs, maxBytes };
}
