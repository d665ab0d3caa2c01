import { batch, type Signal, signal } from '@preact/signals';
import type { Api } from './api.ts';
import type { Changes, Page, Summary } from './api-shapes.ts';
import { Live, type LiveEvent, type LiveWorld } from './live.ts';
import { type MailList, pageSize } from './mail-list.ts';

/** After as long without an event the counts must agree. */
const settledMs = 1000;
/** Mail in a burst is taken in once a frame, not once a mail. */
const gatherMs = 50;
/** New mail may match the search: the server is asked so often at most. */
const searchAgainMs = 500;

/** A mail that was refused by SMTP or POP3, or another fault there; the mail itself is nowhere else. */
export type Refusal = {
  readonly Level: string;
  readonly Type: string;
  readonly IP: string;
  readonly Message: string;
};

/** Who is told of what the stream brings beside the list. */
export type StreamListener = {
  readonly gone: (ids: ReadonlySet<string>) => void;
  readonly cleared: () => void;
  readonly arrived: (mails: readonly Summary[]) => void;
  readonly refused: (refusal: Refusal) => void;
};

/** A page of the list that came with the page itself; what happened after `cursor` may be missing in it. */
export type GivenRows = { readonly page: Page; readonly cursor: string };

/** Mail as it happens: events and what was missed between them, taken into the list and the counts. */
export class MailStream {
  readonly live: Live;
  readonly tags: Signal<readonly string[]> = signal([]);
  /** Of the whole inbox, whatever the list shows. */
  readonly total: Signal<number> = signal(0);
  readonly unread: Signal<number> = signal(0);
  /** A newer server than the one that sent this page. */
  readonly outdated: Signal<boolean> = signal(false);
  /** Counts the times that the mailbox's limits removed something. */
  readonly prunes: Signal<number> = signal(0);
  readonly #api: Api;
  readonly #world: LiveWorld;
  readonly #list: MailList;
  readonly #version: string;
  readonly #listener: StreamListener;
  #arrived: Summary[] = [];
  #gathering = false;
  #seenLive = false;
  #cursor = '';
  #catchingUp = false;
  #missedMore = false;
  #searching = false;
  /** Mail went, or lost tags: some of those that are known may be of none. */
  #tagsMayBeLess = false;
  #cancelSettled: () => void = () => {};

  constructor(api: Api, world: LiveWorld, list: MailList, version: string, listener: StreamListener) {
    this.#api = api;
    this.#world = world;
    this.#list = list;
    this.#version = version;
    this.#listener = listener;
    this.live = new Live(
      api.eventsUrl,
      world,
      event => this.#onEvent(event),
      () => this.#onLive(),
    );
  }

  /** What a page of the list tells beside its rows. */
  counted(page: Page): Page {
    batch(() => {
      if (page.tags.join('\n') !== this.tags.value.join('\n')) this.tags.value = page.tags;
      this.total.value = page.total;
      this.unread.value = page.unread;
    });
    return page;
  }

  /** Begins with rows that are here already: what came after them is asked for once the line stands. */
  begin({ page, cursor }: GivenRows): void {
    this.counted(page);
    this.#cursor = cursor;
  }

  /** Connected, perhaps again: what came meanwhile was not heard. */
  #onLive(): void {
    if (this.#list.error.value !== '' || !this.#list.loaded.value) {
      if (this.#seenLive) this.#list.reload();
    } else if (this.#seenLive || this.#cursor !== '') this.#catchUp();
    this.#seenLive = true;
  }

  /** Events that come meanwhile are in the next answer too: they only say that there is one to ask for. */
  async #catchUp(): Promise<void> {
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    try {
      do {
        this.#missedMore = false;
        const changes = await this.#api.changes(this.#cursor);
        this.#cursor = changes.Cursor;
        if (changes.Reset) await this.#list.reload();
        else this.#apply(changes);
      } while (this.#missedMore);
    } catch {
      // The line broke again, or this server knows no `changes`.
      if (this.live.connection.value.state === 'live') await this.#list.reload();
    } finally {
      this.#catchingUp = false;
    }
  }

  #apply({ New, Updated, Deleted }: Changes): void {
    if (Deleted.length > 0) this.#gone(new Set(Deleted));
    for (const { ID, ...change } of Updated) {
      this.#list.updated(ID, change);
      this.#learnTags(change.Tags ?? []);
    }
    for (const summary of New.toSorted((a, b) => (a.Created < b.Created ? -1 : 1))) this.#gather(summary);
  }

  /** Counts that do not agree once it is quiet: something happened unseen, e.g. before the stream was there. */
  #settled(): void {
    if (this.#catchingUp || this.#gathering) {
      this.#settleLater();
      return;
    }
    if (this.#tagsMayBeLess) {
      this.#tagsMayBeLess = false;
      this.#api.page('', 0, 1).then(
        page => this.counted(page),
        () => {
          // They are learned with the next page.
        },
      );
    }
    const { query, loaded, window, unread } = this.#list;
    if (query.value !== '' || !loaded.value) return;
    if (window.value.total !== this.total.value) this.#list.reload();
    // Of a mail that went and whose row was not known nobody could tell whether it was unread.
    else unread.value = this.unread.value;
  }

  #settleLater(): void {
    this.#cancelSettled();
    this.#cancelSettled = this.#world.after(settledMs, () => this.#settled());
  }

  #onEvent({ Type, Data, Cursor }: LiveEvent): void {
    this.#settleLater();
    if (this.#catchingUp && Type !== 'stats') {
      this.#missedMore = true;
      return;
    }
    if (Cursor !== undefined && !this.#catchingUp) this.#cursor = Cursor;
    switch (Type) {
      case 'new':
        this.#gather(Data as Summary);
        break;
      case 'update': {
        const { ID, ...change } = Data as { ID: string; Read?: boolean; Tags?: string[] };
        this.#list.updated(ID, change);
        this.#learnTags(change.Tags ?? []);
        if (change.Tags) this.#tagsMayBeLess = true;
        break;
      }
      case 'delete':
        this.#gone(new Set([(Data as { ID: string }).ID]));
        break;
      case 'prune':
        this.prunes.value += 1;
        if (this.tags.value.length > 0) this.#tagsMayBeLess = true;
        this.#list.reload();
        break;
      case 'truncate':
        this.tags.value = [];
        this.#list.cleared();
        this.#listener.cleared();
        break;
      case 'error':
        this.#listener.refused(Data as Refusal);
        break;
      case 'stats': {
        const { Total, Unread, Version } = Data as { Total: number; Unread: number; Version: string };
        batch(() => {
          this.total.value = Total;
          this.unread.value = Unread;
          if (Unread === 0 && this.#list.unread.value > 0) this.#list.allRead();
          if (this.#version !== '' && Version !== this.#version) this.outdated.value = true;
        });
        break;
      }
    }
  }

  #learnTags(tags: readonly string[]): void {
    const fresh = tags.filter(tag => !this.tags.value.includes(tag));
    if (fresh.length > 0) this.tags.value = [...this.tags.value, ...fresh].sort((a, b) => a.localeCompare(b));
  }

  #gone(ids: ReadonlySet<string>): void {
    if (this.tags.value.length > 0) this.#tagsMayBeLess = true;
    batch(() => {
      this.#list.removed(ids);
      this.#listener.gone(ids);
    });
  }

  #gather(summary: Summary): void {
    this.#arrived.push(summary);
    if (this.#gathering) return;
    this.#gathering = true;
    this.#world.after(gatherMs, () => {
      const arrived = this.#arrived;
      this.#arrived = [];
      this.#gathering = false;
      batch(() => {
        this.#learnTags([...new Set(arrived.flatMap(({ Tags }) => Tags))]);
        this.#listener.arrived(arrived);
        if (this.#list.query.value === '') this.#list.arrived(arrived);
        else this.#searchSoon();
      });
    });
  }

  #searchSoon(): void {
    if (this.#searching) return;
    this.#searching = true;
    this.#world.after(searchAgainMs, () => {
      this.#searching = false;
      void this.#searchAgain();
    });
  }

  /** Whether new mail matches the search only the server knows: its first page says. */
  async #searchAgain(): Promise<void> {
    const query = this.#list.query.value;
    if (query === '') return;
    const page = await this.#api.page(query, 0, pageSize).catch(() => null);
    if (page === null || query !== this.#list.query.value) return;
    this.counted(page);
    const known = new Set(this.#list.knownIds());
    const firstKnown = page.messages.findIndex(row => known.has(row.ID));
    const fresh = page.messages.slice(0, firstKnown < 0 ? page.messages.length : firstKnown);
    if (firstKnown < 0 && known.size > 0) this.#list.reload();
    else this.#list.arrived(fresh.toReversed());
  }
}
