import type { SocketRef } from '../wire/shard-channel.ts';

/** A socket that came, with its handle; null where the handle was lost on the way. */
export type ArrivedSocket = { readonly ref: SocketRef; readonly source: number | object | null };

type Waiting = { readonly arrived: ArrivedSocket[]; missing: number; readonly done: () => void };

/** Gathers the sockets of a command: some are inherited and here already, the others come one to a message. */
export class SocketArrivals {
  readonly #waiting = new Map<number, Waiting>();

  /** Resolves when all are there. `seq` is the command's. */
  gather(seq: number, refs: readonly SocketRef[]): Promise<readonly ArrivedSocket[]> {
    const arrived = refs.flatMap(ref => (ref.fd === null ? [] : [{ ref, source: ref.fd }]));
    const missing = refs.length - arrived.length;
    if (missing === 0) return Promise.resolve(arrived);
    return new Promise(resolve => {
      this.#waiting.set(seq, { arrived, missing, done: () => resolve(arrived) });
    });
  }

  arrive(seq: number, ref: SocketRef, handle: object | null): void {
    const waiting = this.#waiting.get(seq);
    if (!waiting) return;
    waiting.arrived.push({ ref, source: handle });
    waiting.missing--;
    if (waiting.missing > 0) return;
    this.#waiting.delete(seq);
    waiting.done();
  }
}
