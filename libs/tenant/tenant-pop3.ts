import type { LoginResult, Proof } from '../passwords/proof.ts';
import {
  type DropMessage,
  defaultPop3TimeoutMs,
  type Pop3Host,
  type Pop3Settings,
} from '../pop3/pop3-host.ts';
import { appName, derived, type TenantCore } from './tenant-core.ts';
import { TenantLogins } from './tenant-logins.ts';
import type { MailHolder } from './tenant-mail.ts';

/** Mails that a POP3 client sees. */
const maxMessages = 100;

/** A tenant as the POP3 engine sees it. */
export class TenantPop3 implements Pop3Host {
  readonly #holder: MailHolder;
  readonly #logins: TenantLogins;
  readonly #settings: () => Pop3Settings;

  constructor(core: TenantCore, holder: MailHolder) {
    this.#holder = holder;
    this.#logins = new TenantLogins(core, ({ pop3 }) => pop3);
    this.#settings = derived(core, spec => ({
      hostname: core.home.hostname,
      app: appName(spec),
      suspended: spec.suspended,
      apop: spec.pop3.apop,
      timeoutMs: defaultPop3TimeoutMs,
      limits: spec.limits,
    }));
  }

  get settings(): Pop3Settings {
    return this.#settings();
  }

  /** To be waited for before a session begins; null: nothing. */
  prepare(): Promise<unknown> | null {
    return this.#logins.check();
  }

  login(user: string, proof: Proof): Promise<LoginResult> {
    return this.#logins.attempt(user, proof);
  }

  async maildrop(): Promise<readonly DropMessage[]> {
    const rows = await this.#holder.openMail().mailbox.list({ start: 0, limit: maxMessages });
    return rows.map(({ id, sizeBytes }) => ({ id, sizeBytes }));
  }

  raw(id: string): Promise<Buffer | null> {
    return this.#holder.openMail().mailbox.raw(id);
  }

  async remove(ids: readonly string[]): Promise<void> {
    const { mailbox, events } = this.#holder.openMail();
    const removed = await mailbox.remove(ids);
    if (removed.length > 0) events.publish({ kind: 'removed', ids: removed });
  }

  refused(message: string, remoteAddress: string): void {
    const events = this.#holder.openedMail?.events;
    events?.publish({ kind: 'refused', level: 'error', protocol: 'pop3', remoteAddress, message });
  }
}
