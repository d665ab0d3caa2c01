import { setFlagsFromString } from 'node:v8';

/** How long time matters more than memory after somebody hurried. */
const hurryMs = 3000;

/**
 * V8 saves memory while the controller has little to do: what a burst leaves on the heap of thousands of tenants would
 * else stay there for good. While somebody waits it does not: a collection would be in the way, and take longer than what
 * is waited for.
 */
export class MemorySaving implements Disposable {
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    this.hurry();
  }

  hurry(): void {
    if (this.#timer) {
      this.#timer.refresh();
      return;
    }
    setFlagsFromString('--no-memory-saver-mode');
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      setFlagsFromString('--memory-saver-mode');
    }, hurryMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
