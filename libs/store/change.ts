import { type Arrival, readArrival } from '../mail/prepare-mail.ts';
import type { MailRow } from '../mail/row.ts';
import type { SearchText } from '../mail/search-text.ts';

/** A mail's row before the mailbox has given it its number. */
export type NewRow = Omit<MailRow, 'number'>;

/** A mail to keep: its row for lists, what search looks at, and the bytes as they are given out. */
export type NewMail = {
  readonly row: NewRow;
  readonly searchText: SearchText;
  readonly raw: Buffer;
};

/** 0 means no limit. */
export type Retention = {
  readonly maxMessages: number;
  readonly maxAgeMs: number;
  /** Of all raw mail, uncompressed. */
  readonly maxBytes: number;
};

export type Selection = 'all' | readonly string[];

/** Where a mail's bytes are: in memory, or in a file of the mailbox's folder `big` that is already safe. */
export type RawSource = Buffer | { readonly file: string };

/**
 * What can happen to a mailbox. Its state follows from its changes in their order and from nothing else: limits and the
 * time by which mail is too old travel with the change, so that applying it again years later removes the same mails.
 */
export type Change =
  | {
      readonly kind: 'mail';
      readonly row: NewRow;
      readonly searchText: SearchText;
      readonly raw: RawSource;
      readonly retention: Retention;
      /** When it arrived; `row.createdAtMs` may be another time. */
      readonly atMs: number;
    }
  /** A mail that is read when it is applied. Its tag rules have no filters. */
  | (Arrival & { readonly kind: 'arrival'; readonly retention: Retention; readonly atMs: number })
  | { readonly kind: 'prune'; readonly retention: Retention; readonly atMs: number }
  | { readonly kind: 'remove'; readonly which: Selection }
  | { readonly kind: 'read'; readonly which: Selection; readonly read: boolean }
  | { readonly kind: 'tags'; readonly ids: readonly string[]; readonly tags: readonly string[] }
  | { readonly kind: 'rename-tag'; readonly name: string; readonly newName: string }
  | { readonly kind: 'remove-tag'; readonly name: string };

/** The mail that an arrival is. */
export function mailOf(arrival: Change & { kind: 'arrival' }): Change & { kind: 'mail' } {
  const { retention, atMs } = arrival;
  return { kind: 'mail', ...readArrival(arrival), retention, atMs };
}
