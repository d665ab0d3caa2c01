import { setTimeout as sleep } from 'node:timers/promises';

/** So many changes in so short a time are one reload: each leaves an old worker behind for every open WebSocket. */
const quietMs = 500;
const longestWaitMs = 3000;

/**
 * Runs `apply` after changes: once for a burst of them, never twice at a time, and again when something changed
 * meanwhile. What `apply` throws goes to `onError`; the next change tries again.
 */
export class ProxyApplier implements AsyncDisposable {
  readonly #apply: (signal: AbortSignal) => Promise<void>;
  readonly #onError: (error: unknown) => void;
  readonly #stop = new AbortController();
  #lastChangeAtMs = 0;
  #wanted = false;
  #running: Promise<void> | null = null;

  constructor(apply: (signal: AbortSignal) => Promise<void>, onError: (error: unknown) => void) {
    this.#apply = apply;
    this.#onError = onError;
  }

  /** Something changed. */
  request(): void {
    if (this.#stop.signal.aborted) return;
    this.#wanted = true;
    this.#lastChangeAtMs = performance.now();
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  /** Resolves when all that was asked for is done. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** What has not begun is left undone, what is under way is aborted. */
  stop(): void {
    this.#stop.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#wanted) {
      await this.#waitForQuiet();
      if (this.#stop.signal.aborted) return;
      this.#wanted = false;
      try {
        await this.#apply(this.#stop.signal);
      } catch (error) {
        if (!this.#stop.signal.aborted) this.#onError(error);
      }
    }
  }

  async #waitForQuiet(): Promise<void> {
    const giveUpAtMs = performance.now() + longestWaitMs;
    for (;;) {
      const now = performance.now();
      const waitMs = Math.min(this.#lastChangeAtMs + quietMs, giveUpAtMs) - now;
      if (waitMs <= 0) return;
      try {
        await sleep(waitMs, undefined, { signal: this.#stop.signal });
      } catch {
        return;
      }
    }
  }
}
