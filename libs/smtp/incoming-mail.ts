import type { Budget } from '../base/budget.ts';
import { DataReader } from './data-reader.ts';

/** How much of a mail that is refused is read to find its end; after that the connection is closed. */
const maxDrainBytes = 64 * 1024 * 1024;

/** A mail's data as it came, without the end mark. */
export type WholeMail = { readonly pieces: readonly Buffer[]; readonly bytes: number };

/** What became of a mail's data. */
export type DataEnd =
  | ({ readonly outcome: 'whole' } & WholeMail)
  /** `drained`: its end was seen, so that commands may follow. */
  | { readonly outcome: 'too-big' | 'no-room'; readonly drained: boolean };

/** Mail data on its way in, held against the limits as it comes. Nothing is kept of a mail that will be refused. */
export class IncomingMail {
  readonly #reader = new DataReader();
  readonly #budget: Budget;
  readonly #exceeds: (bytes: number) => boolean;
  #held = 0;
  #refusal: 'too-big' | 'no-room' | null = null;
  #drained = 0;

  /** `exceeds`: whether a mail of this size is more than may be taken. */
  constructor(budget: Budget, exceeds: (bytes: number) => boolean) {
    this.#budget = budget;
    this.#exceeds = exceeds;
  }

  /** Takes data: null when more has to come, else its end and where in the chunk the next command begins. */
  push(chunk: Buffer): (DataEnd & { readonly end: number }) | null {
    const before = this.#reader.bytes;
    const end = this.#reader.push(chunk);
    this.#account(this.#reader.bytes - before, chunk.length);
    if (end < 0 && this.#drained < maxDrainBytes) return null;
    const at = end < 0 ? chunk.length : end;
    return this.#refusal
      ? { outcome: this.#refusal, drained: end >= 0, end: at }
      : { outcome: 'whole', pieces: this.#reader.take(), bytes: this.#reader.bytes, end: at };
  }

  /** Nobody needs the data any more. */
  release(): void {
    this.#budget.give(this.#held);
    this.#held = 0;
  }

  #account(kept: number, received: number): void {
    if (!this.#refusal) {
      if (this.#exceeds(this.#reader.bytes)) this.#refusal = 'too-big';
      else if (this.#budget.take(kept)) this.#held += kept;
      else this.#refusal = 'no-room';
      if (!this.#refusal) return;
      this.#reader.drop();
      this.release();
    }
    if (this.#exceeds(this.#reader.bytes)) this.#refusal = 'too-big';
    this.#drained += received;
  }
}
