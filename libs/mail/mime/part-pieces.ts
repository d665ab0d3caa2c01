import { TextDecoder } from 'node:util';
import { charsetLabel } from './charset.ts';
import { decodeQuotedPrintable, type Encoding, maxTrimmedBlanks } from './part-content.ts';

/** How the bytes of a part are made of those that stand in the mail. */
export type PieceCoding = {
  readonly encoding: Encoding;
  /** To be made UTF-8; null: as they are. */
  readonly charset: string | null;
};

/** A step of decoding: takes the next bytes, and once, with null, that there are no more. */
type Step = (piece: Buffer | null) => Buffer;

/** A line without an end is held up to here. */
const maxHeldLine = 64 * 1024;

/** Whether {@link decodePieces} knows the charset: those that it does not know are read as a whole. */
export function isPieceable({ charset }: PieceCoding): boolean {
  return charset === null || (charset.toLowerCase() !== 'utf-7' && charsetLabel(charset) !== null);
}

/** What `decodeForReader` makes of a part, piece by piece. */
export async function* decodePieces(
  pieces: AsyncIterable<Buffer>,
  { encoding, charset }: PieceCoding,
): AsyncIterable<Buffer> {
  const undo: Step =
    encoding === 'base64' ? base64Step() : encoding === 'quoted-printable' ? quotedPrintableStep() : asItIs;
  const translate = charset === null ? asItIs : charsetStep(charset);
  for await (const piece of pieces) yield translate(undo(piece));
  yield translate(undo(null));
  yield translate(null);
}

const nothing = Buffer.alloc(0);
const asItIs: Step = piece => piece ?? nothing;

/** As `decodeBase64`: four letters at a time, and what is left before padding. */
function base64Step(): Step {
  let left = '';
  return piece => {
    const texts = (piece?.toString('latin1') ?? '').split(/=+/);
    const decoded = texts.map((text, i) => {
      const letters = left + text.replace(/[^A-Za-z0-9+/_-]/g, '');
      const isWhole = piece === null || i < texts.length - 1;
      const end = isWhole ? letters.length : letters.length - (letters.length % 4);
      left = letters.slice(end);
      return Buffer.from(letters.slice(0, end), 'base64');
    });
    return Buffer.concat(decoded);
  };
}

/** Line by line, since the end of a line says what becomes of the blanks before it. */
function quotedPrintableStep(): Step {
  let left: Buffer = nothing;
  let isInBlanks = false;
  return piece => {
    const bytes = left.length === 0 ? (piece ?? nothing) : Buffer.concat([left, piece ?? nothing]);
    const end = piece === null ? bytes.length : endOfWhole(bytes);
    left = bytes.subarray(end);
    const whole = bytes.subarray(0, end);
    if (end === 0) return nothing;
    // A run of blanks that was cut is too long to be trimmed.
    const start = isInBlanks ? whole.length - trimmedStart(whole).length : 0;
    isInBlanks = whole.length - start === 0 ? isInBlanks : isBlank(whole[whole.length - 1]);
    return Buffer.concat([whole.subarray(0, start), decodeQuotedPrintable(whole.subarray(start))]);
  };
}

/** Up to where nothing that follows can matter; 0 until there is enough. */
function endOfWhole(bytes: Buffer): number {
  const line = bytes.lastIndexOf(0x0a) + 1;
  if (line > 0 || bytes.length <= maxHeldLine) return line;
  let at = bytes.length;
  if (bytes[at - 1] === 0x0d) at -= 1;
  const blanksEnd = at;
  while (at > 0 && isBlank(bytes[at - 1])) at -= 1;
  if (blanksEnd - at > maxTrimmedBlanks) return blanksEnd;
  for (let back = 1; back <= 2; back++) if (bytes[at - back] === 0x3d) return at - back;
  return at;
}

function trimmedStart(bytes: Buffer): Buffer {
  let at = 0;
  while (at < bytes.length && isBlank(bytes[at])) at += 1;
  return bytes.subarray(at);
}

const isBlank = (byte: number | undefined) => byte === 0x20 || byte === 0x09;

function charsetStep(charset: string): Step {
  const label = charsetLabel(charset) ?? '';
  if (label === 'latin1') return piece => Buffer.from(piece?.toString('latin1') ?? '');
  const decoder = new TextDecoder(label);
  return piece => Buffer.from(piece ? decoder.decode(piece, { stream: true }) : decoder.decode());
}
