const slotMs = 15 * 60_000;
/** A day and a bit: whoever asks counts from midnight. */
const keptSlots = 26 * 4;

/** How many mails a mailbox's limits removed lately, by quarters of an hour. */
export class Evictions {
  readonly #slots = new Map<number, number>();

  note(count: number, nowMs: number): void {
    const slot = Math.floor(nowMs / slotMs);
    this.#slots.set(slot, (this.#slots.get(slot) ?? 0) + count);
    for (const old of this.#slots.keys()) if (old <= slot - keptSlots) this.#slots.delete(old);
  }

  /** `atMs` counts from the beginning of its quarter of an hour. */
  since(atMs: number): number {
    const first = Math.floor(atMs / slotMs);
    let sum = 0;
    for (const [slot, count] of this.#slots) if (slot >= first) sum += count;
    return sum;
  }
}
