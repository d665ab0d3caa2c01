/**
 * Mail data in, the mail out (RFC 5321 §4.5.2). Only CRLF.CRLF ends it, whatever the segmentation; a dot is removed
 * only at the start of the data and after CRLF; bare CR and LF are data. Scans with indexOf and puts nothing together:
 * single bytes are looked at only behind a CRLF and a dot and at the edges of chunks.
 */
const cr = 0x0d;
const lf = 0x0a;
const dot = 0x2e;
const lineDot = Buffer.from('\r\n.');
const oneCr = Buffer.from('\r');

/** Chunks smaller than this on average are merged: a Buffer of one byte costs a hundred. */
const mergeCount = 256;
const mergeBelowBytes = mergeCount * 256;

export class DataReader {
  #pieces: Buffer[] = [];
  #bytes = 0;
  #keeping = true;
  /** Pieces and bytes since the last look at their size. */
  #recentPieces = 0;
  #recentBytes = 0;
  /** How many bytes of CRLF.CRLF the input so far ends with: the data starts behind a CRLF. */
  #matched = 2;

  /** Bytes of the mail so far, without the dots that were removed and the end mark. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Forgets the mail and keeps nothing of what comes, but still finds its end. */
  drop(): void {
    this.#keeping = false;
    this.#pieces = [];
  }

  /**
   * Takes data; the chunk's memory is the reader's from then on. Gives the place behind the end mark, where the next
   * command begins, or -1 when the end is still to come.
   */
  push(chunk: Buffer): number {
    let at = 0;
    /** Start of what is content but not kept yet, and end of what is kept: both move over the chunk. */
    let from = 0;
    let kept = 0;
    const keep = (to: number) => {
      if (from !== kept) chunk.copyWithin(kept, from, to);
      kept += to - from;
      from = to;
    };

    while (at < chunk.length) {
      const byte = chunk[at];
      if (this.#matched === 0) {
        const found = chunk.indexOf(lineDot, at);
        if (found < 0) break;
        at = found + 2;
        this.#matched = 2;
      } else if (this.#matched === 1 && byte === lf) {
        at++;
        this.#matched = 2;
      } else if (this.#matched === 2 && byte === dot) {
        keep(at);
        from = ++at;
        this.#matched = 3;
      } else if (this.#matched === 3 && byte === cr) {
        at++;
        this.#matched = 4;
      } else if (this.#matched === 4) {
        if (byte === lf) {
          this.#add(chunk.subarray(0, kept));
          return at + 1;
        }
        // The dot did not end the mail, so the CR behind it is content: it came with this chunk or with the last.
        if (at === 0) this.#add(oneCr);
        this.#matched = 1;
      } else {
        this.#matched = 0;
      }
    }
    if (this.#matched === 0) this.#matched = lineEndOf(chunk);
    keep(this.#matched === 4 ? chunk.length - 1 : chunk.length);
    this.#add(chunk.subarray(0, kept));
    return -1;
  }

  /** The mail in pieces; the reader is spent. */
  take(): readonly Buffer[] {
    return this.#pieces;
  }

  #add(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#bytes += piece.length;
    if (!this.#keeping) return;
    this.#pieces.push(piece);
    this.#recentBytes += piece.length;
    if (++this.#recentPieces < mergeCount) return;
    if (this.#recentBytes < mergeBelowBytes)
      this.#pieces.push(Buffer.concat(this.#pieces.splice(-mergeCount)));
    this.#recentPieces = 0;
    this.#recentBytes = 0;
  }
}

/** 2 when the chunk ends with CRLF, 1 with CR, else 0. */
function lineEndOf(chunk: Buffer): 0 | 1 | 2 {
  const last = chunk.at(-1);
  if (last === cr) return 1;
  return last === lf && chunk.at(-2) === cr ? 2 : 0;
}
