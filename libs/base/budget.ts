/** Bytes that may be held in memory at once, for one host and for all. */
export class Budget {
  readonly #maxBytes: number;
  readonly #parent: Budget | null;
  #used = 0;

  /** What is taken here is taken from the parent too. */
  constructor(maxBytes: number, parent: Budget | null = null) {
    this.#maxBytes = maxBytes;
    this.#parent = parent;
  }

  /** Whether there was room; if not, nothing is taken. */
  take(bytes: number): boolean {
    if (this.#used + bytes > this.#maxBytes) return false;
    if (this.#parent && !this.#parent.take(bytes)) return false;
    this.#used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#used -= bytes;
    this.#parent?.give(bytes);
  }
}
