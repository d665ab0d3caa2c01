import { Readable } from 'node:stream';
import type { ByteSpan } from './store.ts';

/** What is given on at a time. */
const pieceBytes = 64 * 1024;

/** A part of bytes that are in memory, in pieces. */
export function streamSpan(bytes: Buffer, { first, last }: ByteSpan): Readable {
  function* pieces() {
    for (let at = first; at <= last; at += pieceBytes)
      yield bytes.subarray(at, Math.min(at + pieceBytes, last + 1));
  }
  return streamPieces(pieces());
}

/** Bytes that are made when they are wanted: none but the next are held. */
export function streamPieces(pieces: Iterable<Buffer> | AsyncIterable<Buffer>): Readable {
  return Readable.from(pieces, { objectMode: false, highWaterMark: pieceBytes });
}
