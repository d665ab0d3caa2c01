import { type Signal, signal } from '@preact/signals';
import { type Api, ApiError } from './api.ts';
import type { Message } from './api-shapes.ts';

/** What the message pane shows: nothing, a wait, a message, or why there is none. */
export type Reading =
  | { readonly state: 'closed' }
  | { readonly state: 'loading'; readonly id: string }
  | { readonly state: 'open'; readonly message: Message }
  /** `reason`: the server's own words; empty when it could not be asked. `isGone`: there is no such message. */
  | { readonly state: 'missing'; readonly id: string; readonly reason: string; readonly isGone: boolean };

/** Messages kept in memory: enough to step back and forth without asking again. */
const keptMessages = 20;

/**
 * The open message. Messages may be read ahead (on hover, the next one); that never marks them as read, opening does.
 */
export class Reader {
  readonly reading: Signal<Reading> = signal({ state: 'closed' });
  /** The open message, where it was deleted meanwhile. */
  readonly gone: Signal<string> = signal('');
  /** A message that is deleted here and is about to be left: nobody needs to be told that it is gone. */
  leaving = '';
  readonly #api: Pick<Api, 'message' | 'setRead'>;
  readonly #kept = new Map<string, Promise<Message>>();
  /** Those of them that are here, and not on their way. */
  readonly #here = new Set<string>();
  /** The message that was asked for last; an answer for another one comes too late. */
  #wanted = '';

  constructor(api: Pick<Api, 'message' | 'setRead'>) {
    this.#api = api;
  }

  /** Fetches a message that will probably be opened. */
  readAhead(id: string): void {
    this.#fetch(id).catch(() => {
      // Opening it asks again and says what is wrong.
    });
  }

  async open(id: string): Promise<void> {
    this.#wanted = id;
    this.gone.value = '';
    if (!this.#here.has(id)) this.reading.value = { state: 'loading', id };
    try {
      const message = await this.#fetch(id);
      if (this.#wanted !== id) return;
      this.reading.value = { state: 'open', message };
      await this.#api.setRead(true, { ids: [message.ID] });
    } catch (error) {
      if (this.#wanted !== id || this.reading.value.state === 'open') return;
      const reason = error instanceof ApiError ? error.message : '';
      const isGone = error instanceof ApiError && error.status === 404;
      this.reading.value = { state: 'missing', id, reason, isGone };
    }
  }

  close(): void {
    this.#wanted = '';
    this.reading.value = { state: 'closed' };
  }

  /** These were deleted, by whomever: one that is open stays to be read, as what it is. */
  removed(ids: ReadonlySet<string>): void {
    this.forget(ids);
    const { value } = this.reading;
    if (value.state === 'open' && ids.has(value.message.ID)) this.#tellGone(value.message.ID);
  }

  /** All mail was deleted. */
  cleared(): void {
    this.forget(new Set(this.#kept.keys()));
    const { value } = this.reading;
    if (value.state === 'open') this.#tellGone(value.message.ID);
  }

  /** Forgets what may have changed. */
  forget(ids: ReadonlySet<string>): void {
    for (const id of ids) this.#drop(id);
  }

  #tellGone(id: string): void {
    if (id !== this.leaving) this.gone.value = id;
  }

  #drop(id: string): void {
    this.#kept.delete(id);
    this.#here.delete(id);
  }

  #fetch(id: string): Promise<Message> {
    const known = this.#kept.get(id);
    if (known) return known;
    const fetched = this.#api.message(id, true);
    this.#kept.set(id, fetched);
    fetched.then(
      () => this.#here.add(id),
      () => this.#kept.delete(id),
    );
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= keptMessages) break;
      this.#drop(oldest);
    }
    return fetched;
  }
}
