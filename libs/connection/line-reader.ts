/** Bytes in, lines out: what SMTP and POP3 read commands with. Holds at most one line. */

/** A line longer than the reader's buffer; its bytes are gone. */
export const tooLong = Symbol('line too long');

const lf = 0x0a;
const nothing = Buffer.alloc(0);

export class LineReader {
  readonly #maxBytes: number;
  #input: Buffer = nothing;
  /** Start of a line whose end has not come yet. */
  #held: Buffer = nothing;
  /** The rest of a line that was too long is being dropped. */
  #draining = false;

  /** `maxBytes`: of a line with its end. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Gives more input; what was given before must have been read (`next` gave null) or is kept in front. */
  push(chunk: Buffer): void {
    this.#input = this.#input.length === 0 ? chunk : Buffer.concat([this.#input, chunk]);
  }

  /** The next line without its LF, `tooLong` in place of one that was, or null when more input is needed. */
  next(): Buffer | typeof tooLong | null {
    const end = this.#input.indexOf(lf);
    if (end < 0) {
      this.#hold(this.#input);
      this.#input = nothing;
      return null;
    }
    const piece = this.#input.subarray(0, end);
    this.#input = this.#input.subarray(end + 1);
    const held = this.#held;
    const fits = !this.#draining && held.length + piece.length < this.#maxBytes;
    this.#held = nothing;
    this.#draining = false;
    if (!fits) return tooLong;
    return held.length === 0 ? piece : Buffer.concat([held, piece]);
  }

  /** What came after the last line that `next` gave; the reader is empty then. */
  takeInput(): Buffer {
    const input = this.#input;
    this.#input = nothing;
    return input;
  }

  /** At the end of the stream: a last line that has no end, or null. */
  takeHeld(): Buffer | null {
    const held = this.#held;
    this.#held = nothing;
    return held.length > 0 && !this.#draining ? held : null;
  }

  /** Forgets what has come. */
  clear(): void {
    this.#input = nothing;
    this.#held = nothing;
    this.#draining = false;
  }

  #hold(piece: Buffer): void {
    if (this.#draining || this.#held.length + piece.length >= this.#maxBytes) {
      this.#draining = true;
      this.#held = nothing;
    } else if (piece.length > 0) {
      this.#held = Buffer.concat([this.#held, piece]);
    }
  }
}
