import { type ListKey, topKey } from './mail-table.ts';

/** A place in a list, and how many mails stand above it, the one at it among them. */
export type ListMark = { readonly key: ListKey; readonly above: number };

export const topMark: ListMark = { key: topKey, above: 0 };

/**
 * Places in the list of a mailbox that are kept right while mail comes and goes, so that who asks for a page far down need
 * not step over all that is above it. Made where somebody has looked; nothing until then.
 */
export class ListMarks {
  readonly #spacing: number;
  readonly #maxMarks: number;
  /** From the top downwards. */
  #marks: { key: ListKey; above: number }[] = [];

  /** `spacing`: mails between two marks; to step over one takes some 40 ns. */
  constructor(spacing = 1_000, maxMarks = 1_000) {
    this.#spacing = spacing;
    this.#maxMarks = maxMarks;
  }

  /** The nearest place with at most so many mails above it. */
  before(count: number): ListMark {
    return this.#marks.findLast(({ above }) => above <= count) ?? topMark;
  }

  /** The nearest place above a mail. */
  over(key: ListKey): ListMark {
    return this.#marks.findLast(mark => isAbove(mark.key, key)) ?? topMark;
  }

  /** Goes on from a mark, in steps that `keyBelow` takes, to one that is near; each step is remembered. */
  near(count: number, keyBelow: (key: ListKey, steps: number) => ListKey | null): ListMark {
    let mark = this.before(count);
    while (count - mark.above > this.#spacing) {
      const key = keyBelow(mark.key, this.#spacing);
      if (!key) break;
      mark = { key, above: mark.above + this.#spacing };
      if (this.#marks.length >= this.#maxMarks) this.#marks = this.#marks.filter((_, i) => i % 2 === 1);
      const place = this.#marks.findIndex(({ above }) => above > mark.above);
      this.#marks.splice(place < 0 ? this.#marks.length : place, 0, { ...mark });
    }
    return mark;
  }

  added(key: ListKey): void {
    this.#shift(key, 1);
  }

  removed(key: ListKey): void {
    this.#shift(key, -1);
  }

  clear(): void {
    this.#marks = [];
  }

  #shift(key: ListKey, by: 1 | -1): void {
    for (const mark of this.#marks) if (!isAbove(mark.key, key)) mark.above += by;
  }
}

function isAbove([createdA, numberA]: ListKey, [createdB, numberB]: ListKey): boolean {
  return createdA > createdB || (createdA === createdB && numberA > numberB);
}
