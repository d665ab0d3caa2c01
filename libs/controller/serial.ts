/** Does one thing after the other, in the order in which they were asked for. One's failure is its caller's alone. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  do<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }
}
