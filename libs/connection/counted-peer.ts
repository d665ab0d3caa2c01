import type { Limiter, Limits, Rates } from './limiter.ts';
import { type Peer, sourceOf } from './peer.ts';

/** Who talks in a session, and how much of what is allowed it takes. */
export class CountedPeer {
  readonly #limiter: Limiter;
  #peer: Peer | null = null;
  /** One of the connections that are allowed. */
  #counted = false;

  constructor(limiter: Limiter) {
    this.#limiter = limiter;
  }

  /** null: it has not said yet who it is. */
  get peer(): Peer | null {
    return this.#peer;
  }

  /** Empty while it is unknown. */
  get address(): string {
    return this.#peer?.address ?? '';
  }

  /** Takes a peer for the one that talks: the limit that it breaks, or null, and then it counts until `leave`. */
  meet(peer: Peer, limits: Limits): string | null {
    this.leave();
    this.#peer = peer;
    const limit = this.#limiter.connected(sourceOf(peer), limits);
    this.#counted = limit === null;
    return limit;
  }

  /** Takes from what a minute allows: the limit that is used up, or null. */
  take(what: keyof Rates, amount: number, limits: Limits): string | null {
    return this.#limiter.take(what, amount, this.#peer ? sourceOf(this.#peer) : '', limits);
  }

  leave(): void {
    if (this.#peer && this.#counted) this.#limiter.disconnected(sourceOf(this.#peer));
    this.#counted = false;
  }
}
