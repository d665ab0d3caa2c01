import { foldCase } from '../../mail/fold-case.ts';
import type { TagCount } from '../store.ts';

/** The tags of a mailbox: how each is spelled and how many mails have it. */
export class MemoryTags {
  readonly #byFolded = new Map<string, { readonly name: string; count: number }>();

  /** Takes a mail's old tags away and gives it the new ones. Returns these as the mailbox spells them, each once. */
  exchange(old: readonly string[], wanted: readonly string[]): readonly string[] {
    const names = new Map<string, string>();
    for (const name of wanted) {
      const folded = foldCase(name);
      if (names.has(folded)) continue;
      const tag = this.#byFolded.get(folded) ?? { name, count: 0 };
      tag.count += 1;
      this.#byFolded.set(folded, tag);
      names.set(folded, tag.name);
    }
    for (const folded of old.map(foldCase)) {
      const tag = this.#byFolded.get(folded);
      if (tag && --tag.count === 0) this.#byFolded.delete(folded);
    }
    return [...names.values()];
  }

  list(): readonly TagCount[] {
    return [...this.#byFolded].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, tag]) => ({ ...tag }));
  }
}
