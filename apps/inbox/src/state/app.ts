import { batch, type Signal, signal } from '@preact/signals';
import { type Api, ApiError, type Changes, type Summary } from './api.ts';
import { Live, type LiveEvent, type LiveWorld } from './live.ts';
import { MailList, pageSize } from './mail-list.ts';
import { home, type Place } from './place.ts';
import { Reader } from './reader.ts';
import { kept, nothingSelected, type Selection } from './selection.ts';

/** A line that says what became of an action; read out, and gone after a while. */
export type Notice = { readonly text: string; readonly kind: 'good' | 'bad'; readonly number: number };

/** Writes a place into the address bar. */
export type Navigate = (place: Place, replace: boolean) => void;

/** A question that waits for its answer. */
export type Question = {
  readonly text: string;
  readonly yes: string;
  readonly answer: (yes: boolean) => void;
};

/** After as long without an event the counts must agree. */
const settledMs = 1000;

/** Mail in a burst is taken in once a frame, not once a mail. */
const gatherMs = 50;

/** The page's whole state: what the parts read, and what they may do. */
export class App {
  readonly api: Api;
  /** The tenant's, as the server wrote it into the page; empty when it has none. */
  readonly label: string;
  readonly place: Signal<Place> = signal(home);
  readonly list: MailList;
  readonly reader: Reader;
  readonly live: Live;
  readonly selection: Signal<Selection> = signal(nothingSelected);
  readonly tags: Signal<readonly string[]> = signal([]);
  /** Of the whole inbox, whatever the list shows. */
  readonly total: Signal<number> = signal(0);
  readonly unread: Signal<number> = signal(0);
  readonly notice: Signal<Notice | null> = signal(null);
  readonly question: Signal<Question | null> = signal(null);
  /** Mails that came last, for those who cannot see them come. */
  readonly lastArrived: Signal<number> = signal(0);
  /** A newer server than the one that sent this page. */
  readonly outdated: Signal<boolean> = signal(false);
  readonly #navigate: Navigate;
  readonly #world: LiveWorld;
  readonly #version: string;
  #arrived: Summary[] = [];
  #gathering = false;
  #seenLive = false;
  #cursor = '';
  #catchingUp = false;
  #missedMore = false;
  #cancelSettled: () => void = () => {};

  constructor(api: Api, world: LiveWorld, navigate: Navigate, page: { version: string; label: string }) {
    this.api = api;
    this.#world = world;
    this.#navigate = navigate;
    this.#version = page.version;
    this.label = page.label;
    this.list = new MailList((query, start, limit, signal) => this.#page(query, start, limit, signal));
    this.reader = new Reader(api);
    this.live = new Live(
      api.eventsUrl,
      world,
      event => this.#onEvent(event),
      () => this.#onLive(),
    );
  }

  /** Begins at the place that the address names. */
  start(place: Place): void {
    this.live.connect();
    this.#enter(place);
    this.list.search(place.query);
  }

  /** Goes to a place, leaving a way back unless `replace`. */
  go(place: Partial<Place>, replace = false): void {
    const next = { ...this.place.value, ...place };
    this.#navigate(next, replace);
    this.arrive(next);
  }

  /** The browser went somewhere by itself: Back, Forward. */
  arrive(place: Place): void {
    const queryChanged = place.query !== this.list.query.value;
    this.#enter(place);
    if (queryChanged) {
      this.selection.value = nothingSelected;
      this.list.search(place.query);
    }
  }

  /** Does something to mails; where the server cannot be reached nothing is done, and that is said. */
  async act(does: () => Promise<void>, done: string): Promise<void> {
    try {
      await does();
      if (done !== '') this.say(done, 'good');
    } catch (error) {
      this.say(error instanceof ApiError ? error.message : 'Not done: the server cannot be reached.', 'bad');
    }
  }

  /** Asks before what cannot be undone. */
  ask(text: string, yes: string): Promise<boolean> {
    this.question.value?.answer(false);
    return new Promise(resolve => {
      this.question.value = {
        text,
        yes,
        answer: answer => {
          this.question.value = null;
          resolve(answer);
        },
      };
    });
  }

  say(text: string, kind: Notice['kind']): void {
    this.notice.value = { text, kind, number: (this.notice.value?.number ?? 0) + 1 };
  }

  #enter(place: Place): void {
    const was = this.place.value;
    this.place.value = place;
    if (place.page !== 'message') this.reader.close();
    else if (was.page !== 'message' || was.id !== place.id) this.reader.open(place.id);
  }

  async #page(query: string, start: number, limit: number, signal?: AbortSignal) {
    const page = await this.api.page(query, start, limit, signal);
    batch(() => {
      this.tags.value = page.tags;
      this.total.value = page.total;
      this.unread.value = page.unread;
    });
    return page;
  }

  /** Connected again: what came meanwhile was not heard. */
  #onLive(): void {
    if (this.#seenLive) this.#catchUp();
    this.#seenLive = true;
  }

  /** Events that come meanwhile are in the next answer too: they only say that there is one to ask for. */
  async #catchUp(): Promise<void> {
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    try {
      do {
        this.#missedMore = false;
        const changes = await this.api.changes(this.#cursor);
        this.#cursor = changes.Cursor;
        if (changes.Reset) await this.list.reload();
        else this.#apply(changes);
      } while (this.#missedMore);
    } catch {
      // The line broke again, or this server knows no `changes`.
      if (this.live.connection.value.state === 'live') await this.list.reload();
    } finally {
      this.#catchingUp = false;
    }
  }

  #apply({ New, Updated, Deleted }: Changes): void {
    if (Deleted.length > 0) this.#gone(new Set(Deleted));
    for (const { ID, ...change } of Updated) this.list.updated(ID, change);
    for (const summary of New.toSorted((a, b) => (a.Created < b.Created ? -1 : 1))) this.#gather(summary);
  }

  /** Counts that do not agree once it is quiet: something happened unseen, e.g. before the stream was there. */
  #settled(): void {
    const { query, loaded, window } = this.list;
    if (query.value === '' && loaded.value && window.value.total !== this.total.value) this.list.reload();
  }

  #onEvent({ Type, Data, Cursor }: LiveEvent): void {
    this.#cancelSettled();
    this.#cancelSettled = this.#world.after(settledMs, () => this.#settled());
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
        this.list.updated(ID, change);
        break;
      }
      case 'delete':
        this.#gone(new Set([(Data as { ID: string }).ID]));
        break;
      case 'prune':
        this.list.reload();
        break;
      case 'truncate':
        this.selection.value = nothingSelected;
        this.list.cleared();
        break;
      case 'stats': {
        const { Total, Unread, Version } = Data as { Total: number; Unread: number; Version: string };
        batch(() => {
          this.total.value = Total;
          this.unread.value = Unread;
          if (Unread === 0 && this.list.unread.value > 0) this.list.allRead();
          if (this.#version !== '' && Version !== this.#version) this.outdated.value = true;
        });
        break;
      }
    }
  }

  #gone(ids: ReadonlySet<string>): void {
    batch(() => {
      this.list.removed(ids);
      this.selection.value = kept(this.selection.value, ids);
    });
    this.reader.forget(ids);
  }

  #gather(summary: Summary): void {
    this.#arrived.push(summary);
    if (this.#gathering) return;
    this.#gathering = true;
    this.#world.after(gatherMs, () => {
      const arrived = this.#arrived;
      this.#arrived = [];
      this.#gathering = false;
      this.lastArrived.value = arrived.length;
      if (this.list.query.value === '') this.list.arrived(arrived);
      else this.#searchAgain();
    });
  }

  /** Whether new mail matches the search only the server knows: its first page says. */
  async #searchAgain(): Promise<void> {
    const query = this.list.query.value;
    const page = await this.#page(query, 0, pageSize).catch(() => null);
    if (page === null || query !== this.list.query.value) return;
    const known = new Set([...this.list.window.value.rows.values()].map(row => row.ID));
    const firstKnown = page.messages.findIndex(row => known.has(row.ID));
    const fresh = page.messages.slice(0, firstKnown < 0 ? page.messages.length : firstKnown);
    if (firstKnown < 0 && known.size > 0) this.list.reload();
    else this.list.arrived(fresh.toReversed());
  }
}
