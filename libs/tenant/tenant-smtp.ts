import type { Envelope } from '../mail/message.ts';
import type { LoginResult, Proof } from '../passwords/proof.ts';
import type { Delivery, SmtpHost, SmtpSettings } from '../smtp/smtp-host.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import { isChaosOn } from './tenant-chaos.ts';
import { appName, type TenantCore } from './tenant-core.ts';
import { TenantLogins } from './tenant-logins.ts';
import type { MailHolder } from './tenant-mail.ts';

/** Finds what an operator's pattern means; compiled before a session begins. */
type Pattern = { readonly text: string; test(address: string): boolean };

/** What the settings are made of, to see when they must be made anew. */
type Ingredients = {
  readonly spec: TenantSpec;
  readonly authRequired: boolean;
  readonly chaos: SmtpSettings['chaos'];
  readonly pattern: Pattern | null;
};

/** A tenant as the SMTP engine sees it. */
export class TenantSmtp implements SmtpHost {
  readonly #core: TenantCore;
  readonly #holder: MailHolder;
  #logins: TenantLogins | null = null;
  #pattern: Pattern | null = null;
  #madeOf: Ingredients | null = null;
  #settings: SmtpSettings | null = null;

  constructor(core: TenantCore, holder: MailHolder) {
    this.#core = core;
    this.#holder = holder;
  }

  /** Nobody is connected: keeps no more than what names it. */
  rest(): void {
    this.#logins = null;
    this.#pattern = null;
    this.#madeOf = null;
    this.#settings = null;
  }

  get settings(): SmtpSettings {
    const { spec } = this.#core;
    const now: Ingredients = {
      spec,
      authRequired: this.#users.areWanted,
      chaos: isChaosOn(spec) ? this.#core.chaos.triggers(spec) : null,
      pattern: spec.smtp.allowedRecipients === null ? null : this.#pattern,
    };
    if (!this.#settings || !this.#madeOf || !isSame(now, this.#madeOf)) {
      this.#madeOf = now;
      this.#settings = smtpSettings(now, this.#core.home.hostname);
    }
    return this.#settings;
  }

  /** To be waited for before a session begins; null: nothing. */
  prepare(): Promise<unknown> | null {
    const { allowedRecipients } = this.#core.spec.smtp;
    const isStale = allowedRecipients !== null && allowedRecipients !== this.#pattern?.text;
    const pattern = isStale ? this.#compile(allowedRecipients) : null;
    const users = this.#users.check();
    return pattern && users ? Promise.all([pattern, users]) : (pattern ?? users);
  }

  deliver(envelope: Envelope, data: Buffer): Promise<Delivery> {
    return this.#holder.openMail().keep(envelope, data, 'smtp');
  }

  /** Where nobody is named, anybody may be taken. */
  async login(user: string, proof: Proof): Promise<LoginResult> {
    return this.#users.areWanted ? this.#users.attempt(user, proof) : 'accepted';
  }

  replied(message: string, remoteAddress: string): void {
    // Who listens to events has opened the mail.
    const events = this.#holder.openedMail?.events;
    const level = message.startsWith('4') ? 'warning' : 'error';
    events?.publish({ kind: 'refused', level, protocol: 'smtpd', remoteAddress, message });
  }

  recipientRejected(): void {
    this.#holder.openMail().count('rejected', 1);
  }

  get #users(): TenantLogins {
    this.#logins ??= new TenantLogins(this.#core, ({ smtp }) => smtp);
    return this.#logins;
  }

  async #compile(text: string): Promise<void> {
    const { compilePattern } = await import('../spec/recipient-pattern.ts');
    this.#pattern = { text, ...compilePattern(text) };
  }
}

function isSame(a: Ingredients, b: Ingredients): boolean {
  return (
    a.spec === b.spec && a.authRequired === b.authRequired && a.chaos === b.chaos && a.pattern === b.pattern
  );
}

function smtpSettings({ spec, authRequired, chaos, pattern }: Ingredients, hostname: string): SmtpSettings {
  const { suspended, maxMessageSizeBytes, limits, smtp } = spec;
  const { maxRecipients, ignoreRejectedRecipients, disableRdns, maxBadCommands, timeoutMs, maxSessionMs } =
    smtp;
  return {
    hostname,
    app: appName(spec),
    suspended,
    maxMessageSizeBytes,
    maxRecipients,
    authMechanisms: authRequired || smtp.authAcceptAny ? smtp.authMechanisms : [],
    authRequired,
    allowedRecipients: pattern,
    ignoreRejectedRecipients,
    chaos,
    maxBadCommands,
    timeoutMs,
    maxSessionMs,
    disableRdns,
    limits,
  };
}
