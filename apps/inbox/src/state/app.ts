import { type Signal, signal } from '@preact/signals';
import { type Api, ApiError } from './api.ts';
import type { Connect, Summary } from './api-shapes.ts';
import type { LiveWorld } from './live.ts';
import { MailList, pageSize } from './mail-list.ts';
import { type GivenRows, MailStream, type Refusal } from './mail-stream.ts';
import { home, type Place } from './place.ts';
import { Preview } from './preview.ts';
import { Reader } from './reader.ts';
import { kept, nothingSelected, type Selection } from './selection.ts';
import type { Settings } from './settings.ts';

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

/** What the page says by itself, apart from its parts. */
export type AppWords = {
  readonly offlineAction: string;
  readonly refused: (type: string, message: string, ip: string) => string;
};

export type AppOptions = {
  readonly api: Api;
  readonly world: LiveWorld;
  readonly settings: Settings;
  readonly navigate: Navigate;
  /** As the server wrote it into the page; empty where it did not. */
  readonly version: string;
  readonly label: string;
  /** The user name that the page was opened with; empty where none was wanted. */
  readonly login: string;
  readonly words: AppWords;
};

/** The page's whole state: what the parts read, and what they may do. */
export class App {
  readonly api: Api;
  readonly settings: Settings;
  readonly label: string;
  readonly login: string;
  readonly version: string;
  readonly place: Signal<Place> = signal(home);
  readonly list: MailList;
  readonly stream: MailStream;
  readonly reader: Reader;
  readonly selection: Signal<Selection> = signal(nothingSelected);
  readonly preview = new Preview();
  /** The operator wants no button that deletes everything. */
  readonly hidesDeleteAll: Signal<boolean> = signal(false);
  /** Whether the list of keys is open. */
  readonly showsKeys: Signal<boolean> = signal(false);
  readonly notice: Signal<Notice | null> = signal(null);
  readonly question: Signal<Question | null> = signal(null);
  /** Mails that came last, for those who cannot see them come. */
  readonly lastArrived: Signal<readonly Summary[]> = signal([]);
  /** How the tenant is reached, once somebody wanted to know. */
  readonly connect: Signal<Connect | null> = signal(null);
  readonly #navigate: Navigate;
  readonly #words: AppWords;

  constructor({ api, world, settings, navigate, version, label, login, words }: AppOptions) {
    this.api = api;
    this.settings = settings;
    this.version = version;
    this.label = label;
    this.login = login;
    this.#navigate = navigate;
    this.#words = words;
    this.list = new MailList(async (query, start, limit, abort) =>
      this.stream.counted(
        typeof start === 'number'
          ? await api.page(query, start, limit, abort)
          : await api.around(query, start.around, limit, abort),
      ),
    );
    this.reader = new Reader(api);
    this.stream = new MailStream(api, world, this.list, version, {
      gone: ids => {
        this.selection.value = kept(this.selection.value, ids);
        this.reader.removed(ids);
      },
      cleared: () => {
        this.selection.value = nothingSelected;
        this.reader.cleared();
      },
      arrived: mails => {
        this.lastArrived.value = mails;
      },
      refused: refusal => this.#refused(refusal),
    });
  }

  /** Begins at the place that the address names; the live line is its owner's to open. `given`: rows that came with the page, where they did. */
  start(place: Place, given: GivenRows | null): void {
    this.#enter(place);
    const firstRow = place.start - (place.start % pageSize);
    // A link to an old mail shows its neighbours.
    if (place.page === 'message' && place.id !== 'latest') this.#locate(place);
    else if (given && place.query === '' && given.page.start === firstRow) {
      this.stream.begin(given);
      this.list.begin(given.page, place.start);
    } else this.list.search(place.query, place.start);
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
      this.list.search(place.query, place.start);
    }
  }

  /** Does something to mails; where the server cannot be reached nothing is done, and that is said. */
  async act(does: () => Promise<unknown>, done: string): Promise<boolean> {
    try {
      await does();
      if (done !== '') this.say(done, 'good');
      return true;
    } catch (error) {
      this.say(error instanceof ApiError ? error.message : this.#words.offlineAction, 'bad');
      return false;
    }
  }

  /** Asks before what cannot be undone, unless people do not want to be asked. */
  ask(text: string, yes: string): Promise<boolean> {
    if (this.settings.skipConfirmations.value) return Promise.resolve(true);
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

  /** Asks how the tenant is reached; a server that does not know says nothing. */
  async learnConnect(): Promise<void> {
    if (this.api.missing.value.has('connect')) return;
    try {
      this.connect.value = await this.api.connect();
      this.hidesDeleteAll.value = (await this.api.webUi()).HideDeleteAllButton;
    } catch {
      // Older, or out of reach: the parts that show it stay away.
    }
  }

  async #locate({ id, query, start: from }: Place): Promise<void> {
    const offset = await this.list.locate(id, query, from);
    const { page, id: open, start } = this.place.value;
    if (offset < 0 || page !== 'message' || open !== id) return;
    // What is above it may be seen too.
    if (offset < start || offset > start + 8) this.go({ start: Math.max(0, offset - 3) }, true);
  }

  #enter(place: Place): void {
    const was = this.place.value;
    this.place.value = place;
    if (place.page !== 'message') this.reader.close();
    else if (was.page !== 'message' || was.id !== place.id) {
      void this.list.reachBeside(place.id);
      void this.reader.open(place.id).then(() => this.#readAhead(place.id));
    }
  }

  /** Whoever reads on finds the next one here already. */
  #readAhead(id: string): void {
    if (this.place.value.id !== id) return;
    const { newer, older } = this.list.neighbours(id);
    for (const next of [older, newer]) if (next !== undefined) this.reader.readAhead(next);
  }

  #refused({ Type, Message, IP }: Refusal): void {
    this.say(this.#words.refused(Type, Message, IP), 'bad');
  }
}
