import type { Envelope } from '../mail/message.ts';
import type { LoginResult } from '../passwords/proof.ts';
import { type Delivery, defaultSmtpSettings, type SmtpHost, type SmtpSettings } from '../smtp/smtp-host.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import { appName, derived, type TenantCore } from './tenant-core.ts';
import type { MailHolder } from './tenant-mail.ts';

/** A tenant as the SMTP engine sees it. */
export class TenantSmtp implements SmtpHost {
  readonly #holder: MailHolder;
  readonly #settings: () => SmtpSettings;

  constructor(core: TenantCore, holder: MailHolder) {
    this.#holder = holder;
    this.#settings = derived(core, spec => smtpSettings(spec, core.home.hostname));
  }

  get settings(): SmtpSettings {
    return this.#settings();
  }

  deliver(envelope: Envelope, data: Buffer): Promise<Delivery> {
    return this.#holder.openMail().keep(envelope, data, 'smtp');
  }

  /** Nobody is asked: there are no SMTP users. */
  async login(): Promise<LoginResult> {
    return 'refused';
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
}

function smtpSettings(spec: TenantSpec, hostname: string): SmtpSettings {
  const { suspended, maxMessageSizeBytes, smtp } = spec;
  return {
    ...defaultSmtpSettings,
    hostname,
    app: appName(spec),
    suspended,
    maxMessageSizeBytes,
    maxRecipients: smtp.maxRecipients,
  };
}
