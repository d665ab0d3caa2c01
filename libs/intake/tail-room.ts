import type { Box } from './box.ts';

export type TailLimits = {
  /** Of one tenant's changes that wait in memory. */
  readonly tenantBytes: number;
  readonly allBytes: number;
};

/** From this share of what may wait in all, room is short. */
const pressureShare = 0.5;

/** The room in memory that changes take which wait for their databases: of each tenant, and of all. */
export class TailRoom {
  readonly #limits: TailLimits;
  #bytes = 0;
  #waiting: (() => void)[] = [];

  constructor(limits: TailLimits) {
    this.#limits = limits;
  }

  /** Bytes of all tails. */
  get bytes(): number {
    return this.#bytes;
  }

  get isAwaited(): boolean {
    return this.#waiting.length > 0;
  }

  get isShort(): boolean {
    return this.isAwaited || this.#bytes > this.#limits.allBytes * pressureShare;
  }

  /** Takes room for a change that is going to be written; false when there is none now. */
  reserve(box: Box, bytes: number): boolean {
    // A change that is larger than all that may wait goes alone.
    if (box.tailBytes > 0 && box.tailBytes + bytes > this.#limits.tenantBytes) return false;
    if (this.#bytes > 0 && this.#bytes + bytes > this.#limits.allBytes) return false;
    this.take(box, bytes);
    return true;
  }

  /** Takes room for what is there already. */
  take(box: Box, bytes: number): void {
    box.tailBytes += bytes;
    this.#bytes += bytes;
  }

  release(box: Box, bytes: number): void {
    this.take(box, -bytes);
    this.wake();
  }

  /** Resolves when room was given back, or at {@link wake}. */
  freed(): Promise<void> {
    return new Promise(done => this.#waiting.push(done));
  }

  /** Lets those look again who wait for room. */
  wake(): void {
    for (const done of this.#waiting.splice(0)) done();
  }
}
