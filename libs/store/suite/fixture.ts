/** A store that a suite tests, and what its tests share. */
import { parseTenantUid, type TenantUid } from '../../base/ids.ts';
import type { SearchTerm } from '../../mail/search-query.ts';
import { aMail, noLimits } from '../mail-for-tests.ts';
import type { Mailbox, MailboxOptions, NewMail, Retention, Store } from '../store.ts';

/** An open store with a clock that the suite turns, in a place that is empty. */
export type StoreUnderTest = AsyncDisposable & {
  readonly store: Store;
  /** Milliseconds that its clock shows from now on. */
  setNow(nowMs: number): void;
  /** The tenant's folder, made when it is asked for. */
  dirOf(uid: TenantUid): string;
};

/** Runs a test on a fresh store, with its first mailbox. */
export type Run = (body: (mailbox: Mailbox, fixture: Fixture) => Promise<void>) => Promise<void>;

export class Fixture {
  readonly #tested: StoreUnderTest;

  constructor(tested: StoreUnderTest) {
    this.#tested = tested;
  }

  mailbox(options: Partial<MailboxOptions> = {}): Mailbox {
    const uid = options.uid ?? uidOf(1);
    return this.#tested.store.mailbox({ uid, dir: this.#tested.dirOf(uid), retention: noLimits, ...options });
  }

  tend(retention: Retention): Promise<number | null> {
    const uid = uidOf(1);
    return this.#tested.store.tend({ uid, dir: this.#tested.dirOf(uid), retention });
  }

  release(): Promise<void> {
    return this.#tested.store.release(uidOf(1));
  }

  setNow(nowMs: number): void {
    this.#tested.setNow(nowMs);
  }
}

export const uidOf = (number: number) => parseTenantUid(String(number).padStart(16, '0')) as TenantUid;

export const ids = async (mailbox: Mailbox) =>
  (await mailbox.list({ start: 0, limit: 0 })).map(({ id }) => id);

/** m1, m2, …: a second apart, 100 bytes each. */
export const many = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    aMail(`m${i + 1}`, { createdAtMs: (i + 1) * 1000, raw: Buffer.alloc(100, i) }),
  );

export async function keep(mailbox: Mailbox, mails: readonly NewMail[]): Promise<void> {
  await Promise.all(mails.map(mail => mailbox.insert(mail)));
}

export function text(wanted: string, field: (SearchTerm & { kind: 'text' })['field'] = 'all') {
  return { kind: 'text', field, text: wanted, negated: false } as const;
}
