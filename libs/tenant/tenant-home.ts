import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { InboxEngine } from '../inbox-api/inbox-tenant.ts';
import type { RandomSource } from '../mail/new-mail-id.ts';
import type { SmtpEngine } from '../smtp/smtp-host.ts';
import type { Store } from '../store/store.ts';
import type { TenantReport } from '../wire/report.ts';
import type { Tally } from './tally.ts';

/** What a shard lends to each of its tenants: one object for all of them. */
export type TenantHome = {
  readonly hostname: string;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Logger;
  readonly store: Store;
  readonly smtp: SmtpEngine;
  readonly inbox: InboxEngine;
  /** Counts for all tenants together. */
  readonly totals: Tally;
  /** Called when a tenant's state became another without a command. */
  readonly stateChanged: (report: TenantReport) => void;
};
