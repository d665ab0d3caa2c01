/** Those who wait until something is so; somebody says when to look again. */
export class Waiting {
  readonly #waiting = new Set<{ readonly isSo: () => boolean; readonly end: () => void }>();

  /** Resolves when it is so, or when patience is over. */
  until(isSo: () => boolean, patienceMs?: number): Promise<void> {
    if (isSo()) return Promise.resolve();
    return new Promise(resolve => {
      const end = () => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
        resolve();
      };
      const waiting = { isSo, end };
      const timer = patienceMs === undefined ? undefined : setTimeout(end, patienceMs);
      this.#waiting.add(waiting);
    });
  }

  look(): void {
    for (const { isSo, end } of this.#waiting) if (isSo()) end();
  }
}
