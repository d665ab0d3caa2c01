import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Certificates } from '../certificates/certificates.ts';
import type { InboxEngine } from '../inbox-api/inbox-tenant.ts';
import type { LoginChecker } from '../logins/login-checker.ts';
import type { RandomSource } from '../mail/new-mail-id.ts';
import type { Pop3Engine } from '../pop3/pop3-host.ts';
import type { SmtpEngine } from '../smtp/smtp-host.ts';
import type { Store } from '../store/store.ts';
import type { TenantReport } from '../wire/report.ts';
import type { Tally } from './tally.ts';

/** What a shard lends to each of its tenants: one object for all of them. */
export type TenantHome = {
  readonly hostname: string;
  readonly runDir: string;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Logger;
  readonly store: Store;
  readonly smtp: SmtpEngine;
  readonly pop3: Pop3Engine;
  readonly inbox: InboxEngine;
  readonly logins: LoginChecker;
  readonly certificates: Certificates;
  /** Value of a variable of the environment, for credentials that name one. */
  readonly env: (name: string) => string | undefined;
  /** Counts for all tenants together. */
  readonly totals: Tally;
  /** Called when a tenant's state became another without a command. */
  readonly stateChanged: (report: TenantReport) => void;
};
