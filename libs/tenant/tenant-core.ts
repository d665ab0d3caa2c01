import type { TenantUid } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { SessionRecord } from '../mail/session-record.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import type { TenantChaos } from './tenant-chaos.ts';
import type { TenantHome } from './tenant-home.ts';

/** What the parts of a tenant see of the whole. */
export interface TenantCore {
  readonly home: TenantHome;
  readonly uid: TenantUid;
  /** As it is now: another object after a change. */
  readonly spec: TenantSpec;
  readonly startedAtMs: number;
  readonly log: Logger;
  /** Errors on purpose. */
  readonly chaos: TenantChaos;
  /** What was said in the last SMTP sessions, oldest first. */
  sessions(): readonly SessionRecord[];
  /** The mailbox began to fail, or works again. */
  faultChanged(): void;
}

/** `{app}` of greetings and Received. */
export function appName({ label }: TenantSpec): string {
  return label === '' ? 'mpctl' : `mpctl (${label})`;
}

/** Makes something of the settings anew only when they have changed. */
export function derived<Value>(core: TenantCore, make: (spec: TenantSpec) => Value): () => Value {
  let of = core.spec;
  let value = make(of);
  return () => {
    if (of !== core.spec) {
      of = core.spec;
      value = make(of);
    }
    return value;
  };
}
