import { randomBytes } from 'node:crypto';
import type { MailEvent } from './mail-events.ts';

/** What became of mails since a cursor; a mail stands in one list only. `reset`: too much happened to tell. */
export type Changes = {
  readonly cursor: string;
  readonly added: readonly string[];
  readonly updated: readonly string[];
  readonly deleted: readonly string[];
  readonly reset: boolean;
};

type Entry = { readonly what: 'added' | 'updated' | 'deleted'; readonly id: string };

/** As many are remembered; whoever was away for longer reads its lists anew. */
const maxEntries = 5_000;

/** The last changes of a mailbox, in order. A cursor names a place between two of them. */
export class ChangeLog {
  /** Of this log and no other: a cursor of before a restart means nothing. */
  readonly #name = randomBytes(6).toString('hex');
  #entries: Entry[] = [];
  /** Changes before the first entry. */
  #dropped = 0;

  get cursor(): string {
    return `${this.#name}-${this.#dropped + this.#entries.length}`;
  }

  note(event: MailEvent): void {
    if (event.kind === 'new') this.#add('added', [event.row.id]);
    else if (event.kind === 'read' || event.kind === 'tags' || event.kind === 'retagged')
      this.#add('updated', event.ids);
    else if (event.kind === 'removed' || event.kind === 'pruned') this.#add('deleted', event.ids);
    else if (event.kind === 'truncated') this.#forget();
  }

  since(cursor: string): Changes {
    const entries = this.#entriesSince(cursor);
    const kinds = new Map<string, Entry['what']>();
    for (const { what, id } of entries ?? []) {
      const before = kinds.get(id);
      if (what === 'deleted' && before === 'added') kinds.delete(id);
      else if (what !== 'updated' || before !== 'added') kinds.set(id, what);
    }
    const of = (what: Entry['what']) => [...kinds].filter(([, kind]) => kind === what).map(([id]) => id);
    return {
      cursor: this.cursor,
      added: of('added'),
      updated: of('updated'),
      deleted: of('deleted'),
      reset: entries === null,
    };
  }

  #entriesSince(cursor: string): readonly Entry[] | null {
    const [name, place = ''] = cursor.split('-', 2);
    if (name !== this.#name || !/^\d{1,15}$/.test(place)) return null;
    const index = Number(place) - this.#dropped;
    return index < 0 || index > this.#entries.length ? null : this.#entries.slice(index);
  }

  #add(what: Entry['what'], ids: readonly string[]): void {
    if (ids.length > maxEntries) {
      this.#forget();
      return;
    }
    for (const id of ids) this.#entries.push({ what, id });
    const surplus = this.#entries.length - maxEntries;
    // In portions: to cut the front of an array costs its length.
    if (surplus > maxEntries) {
      this.#entries = this.#entries.slice(surplus);
      this.#dropped += surplus;
    }
  }

  /** No cursor of before now is good any more. */
  #forget(): void {
    this.#dropped += this.#entries.length + 1;
    this.#entries = [];
  }
}
