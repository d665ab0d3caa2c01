import type { MailRow } from '../mail/row.ts';
import type { SearchText } from '../mail/search-text.ts';

/** What happened to a mailbox, told after it happened, in that order. */
export type MailEvent =
  | { readonly kind: 'new'; readonly row: Omit<MailRow, 'number'>; readonly searchText: SearchText }
  /** Only mails whose state changed; `all`: every mail was meant, and there may be none. */
  | { readonly kind: 'read'; readonly ids: readonly string[]; readonly read: boolean; readonly all?: true }
  | { readonly kind: 'tags'; readonly ids: readonly string[]; readonly tags: readonly string[] }
  /** `bySearch`: nobody has named them one by one. */
  | { readonly kind: 'removed'; readonly ids: readonly string[]; readonly bySearch?: true }
  /** Removed by the mailbox's limits. */
  | { readonly kind: 'pruned'; readonly ids: readonly string[] }
  /** A tag was renamed or removed. */
  | { readonly kind: 'retagged'; readonly ids: readonly string[] }
  /** All mail was removed. */
  | { readonly kind: 'truncated'; readonly count: number }
  /** A 4xx or 5xx reply of SMTP, a `-ERR` of POP3. */
  | {
      readonly kind: 'refused';
      readonly level: 'warning' | 'error';
      readonly protocol: 'smtpd' | 'pop3';
      readonly remoteAddress: string;
      readonly message: string;
    };

type Listener = (event: MailEvent) => void;

/** A tenant's events: whoever changes its mailbox publishes here. Costs next to nothing while nobody listens. */
export class MailEvents {
  readonly #first: Listener;
  readonly #listeners = new Set<Listener>();

  /** `first` hears every event before all others. */
  constructor(first: Listener = () => {}) {
    this.#first = first;
  }

  /** Whether anybody has subscribed. */
  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  publish(event: MailEvent): void {
    this.#first(event);
    for (const listener of this.#listeners) listener(event);
  }

  /** Calls `listener`, which must not throw, with every event from now on. Returns what ends that. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
