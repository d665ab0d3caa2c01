import { type Signal, signal } from '@preact/signals';

/** Where settings live; `localStorage` in a browser. */
export type SettingsStore = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** What people set for themselves, kept by their browser under the names that they know. */
export class Settings {
  readonly theme: Signal<Theme>;
  /** IANA name by which dates in searches are read and days are counted; empty: the browser's. */
  readonly timeZone: Signal<string>;
  readonly tagColours: Signal<boolean>;
  readonly skipConfirmations: Signal<boolean>;
  readonly attachmentDetails: Signal<boolean>;
  readonly notifications: Signal<boolean>;
  /** Remote content is loaded without asking. */
  readonly remoteAlways: Signal<boolean>;
  /** Addresses whose mails may load remote content. */
  readonly remoteSenders: Signal<ReadonlySet<string>>;
  readonly #store: SettingsStore;

  constructor(store: SettingsStore) {
    this.#store = store;
    const stored = store.getItem('mp-theme');
    this.theme = this.#kept('mp-theme', themes.find(one => one === stored) ?? 'auto', value =>
      value === 'auto' ? null : value,
    );
    this.timeZone = this.#kept('mp-time-zone', store.getItem('mp-time-zone') ?? '', value => value || null);
    this.tagColours = this.#kept('mp-hide-tag-colors', store.getItem('mp-hide-tag-colors') === null, shown =>
      shown ? null : '1',
    );
    this.skipConfirmations = this.#flag('mp-skip-confirmations');
    this.attachmentDetails = this.#flag('mp-show-attachment-details');
    this.notifications = this.#flag('mp-notifications');
    this.remoteAlways = this.#flag('mp-remote-always');
    const senders = new Set(parseList(store.getItem('mp-remote-senders')));
    this.remoteSenders = this.#kept<ReadonlySet<string>>('mp-remote-senders', senders, set =>
      set.size === 0 ? null : JSON.stringify([...set]),
    );
  }

  /** The zone that holds: the chosen one, or the browser's. */
  get zone(): string {
    return this.timeZone.value || Intl.DateTimeFormat().resolvedOptions().timeZone;
  }

  mayLoadRemote(sender: string): boolean {
    return this.remoteAlways.value || this.remoteSenders.value.has(sender.toLowerCase());
  }

  allowRemote(sender: string, allowed: boolean): void {
    const senders = new Set(this.remoteSenders.value);
    if (allowed) senders.add(sender.toLowerCase());
    else senders.delete(sender.toLowerCase());
    this.remoteSenders.value = senders;
  }

  #flag(key: string): Signal<boolean> {
    return this.#kept(key, this.#store.getItem(key) !== null, on => (on ? '1' : null));
  }

  /** A signal whose every change is kept; null is the default and leaves no trace. */
  #kept<T>(key: string, initial: T, text: (value: T) => string | null): Signal<T> {
    const kept = signal(initial);
    let isFirst = true;
    kept.subscribe(value => {
      if (!isFirst) this.#write(key, text(value));
      isFirst = false;
    });
    return kept;
  }

  #write(key: string, text: string | null): void {
    try {
      if (text === null) this.#store.removeItem(key);
      else this.#store.setItem(key, text);
    } catch {
      // Full, or forbidden by the browser: it holds until the page is left.
    }
  }
}

function parseList(text: string | null): string[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(list) ? list.filter(one => typeof one === 'string') : [];
  } catch {
    return [];
  }
}
