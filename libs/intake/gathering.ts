/** Who waits longer than this for others to come waits no more. */
const patienceMs = 2;

/**
 * Decides when those who wait for the disk go together. As many as half of those who were there lately are worth waiting
 * for: the other half is being served meanwhile, so that disk and processor are both busy; and who is alone goes at once.
 */
export class Gathering {
  readonly #go: () => void;
  #lately = 1;
  #timer: NodeJS.Timeout | null = null;
  #isGoing = false;

  constructor(go: () => void) {
    this.#go = go;
  }

  /** Somebody came; `waiting` are there now. Whoever comes in the same round of the event loop goes along. */
  came(waiting: number): void {
    if (this.#isGoing) return;
    if (waiting * 2 >= this.#lately) {
      this.#isGoing = true;
      setImmediate(() => this.#leave());
    } else this.#timer ??= setTimeout(() => this.#leave(), patienceMs);
  }

  /** A group has been served while `waiting` more came. */
  served(group: number, waiting: number): void {
    this.#lately = group + waiting;
    if (waiting > 0) this.came(waiting);
  }

  #leave(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#isGoing = false;
    this.#go();
  }
}
