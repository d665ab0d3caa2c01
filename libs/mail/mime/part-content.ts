import { isUtf8 } from 'node:buffer';
import { decodeCharset, isForeignCharset } from './charset.ts';
import { headerValue } from './header.ts';
import { isMultipart, type MailPart } from './part-tree.ts';

export type Encoding = 'base64' | 'quoted-printable' | 'none' | 'unknown';

/** Some senders write a comment or a semicolon behind it. */
export function encodingOf(part: MailPart): Encoding {
  const value = headerValue(part.header, 'content-transfer-encoding') ?? '';
  const name = /^[a-z0-9-]*/i.exec(value)?.[0]?.toLowerCase();
  if (name === 'base64' || name === 'quoted-printable') return name;
  return name === '' || name === '7bit' || name === '8bit' || name === 'binary' ? 'none' : 'unknown';
}

/**
 * A part's bytes, its transfer encoding undone. A view into `raw` where there is nothing to undo; a multipart has none.
 * Of one that is longer than `maxBytes` as it came, the whole lines that fit are read.
 */
export function decodePart(raw: Buffer, part: MailPart, maxBytes = Number.POSITIVE_INFINITY): Buffer {
  if (isMultipart(part)) return Buffer.alloc(0);
  const body = firstLines(raw.subarray(part.bodyStart, part.bodyEnd), maxBytes);
  const encoding = encodingOf(part);
  if (encoding === 'base64') return decodeBase64(body);
  return encoding === 'quoted-printable' ? decodeQuotedPrintable(body) : body;
}

function firstLines(body: Buffer, maxBytes: number): Buffer {
  if (body.length <= maxBytes) return body;
  const lineEnd = body.lastIndexOf(0x0a, maxBytes - 1);
  return body.subarray(0, lineEnd < 0 ? maxBytes : lineEnd + 1);
}

/** The text of a text part, in its declared charset or in what it seems to be; see {@link decodePart} for `maxBytes`. */
export function decodePartText(raw: Buffer, part: MailPart, maxBytes = Number.POSITIVE_INFINITY): string {
  const bytes = decodePart(raw, part, maxBytes);
  // Whoever made up an encoding is not believed about the charset, unless nothing else is left.
  return encodingOf(part) === 'unknown' && isUtf8(bytes)
    ? bytes.toString()
    : decodeCharset(bytes, textCharset(part));
}

/** A part's bytes as they are given out: text in a declared charset that is not UTF-8 becomes UTF-8. */
export function decodeForReader(raw: Buffer, part: MailPart): Buffer {
  const bytes = decodePart(raw, part);
  const charset = foreignCharset(part);
  return charset === null ? bytes : Buffer.from(decodeCharset(bytes, charset));
}

/** Of text that is given out in UTF-8 though it was written otherwise; null: its bytes are given out. */
export function foreignCharset(part: MailPart): string | null {
  const charset = textCharset(part);
  return part.contentType.type.startsWith('text/') && isForeignCharset(charset) ? charset : null;
}

function textCharset(part: MailPart): string {
  return part.contentType.params.get('charset') ?? '';
}

/** Junk is overlooked; after padding another piece may follow. */
function decodeBase64(body: Buffer): Buffer {
  const pieces = body.toString('latin1').split(/=+/);
  return Buffer.concat(pieces.map(piece => Buffer.from(piece, 'base64')));
}

const hex = new Int8Array(256).fill(-1);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  hex[digit.charCodeAt(0)] = value;
  hex[digit.toUpperCase().charCodeAt(0)] = value;
}

/** More blanks than a line may have letters are not what a line end gathered on its way. */
export const maxTrimmedBlanks = 998;
const blanksAtLineEnd = new RegExp(`(?<![ \\t])[ \\t]{1,${maxTrimmedBlanks}}(?=\\r?\\n)`, 'g');

/** RFC 2045 §6.7. Blanks at line ends go; `=` that begins nothing stays as it is. */
export function decodeQuotedPrintable(body: Buffer): Buffer {
  const trimmed = trimLineEnds(body);
  if (!trimmed.includes(0x3d)) return trimmed;
  const out = Buffer.allocUnsafe(trimmed.length);
  let length = 0;
  for (let at = 0; at < trimmed.length; ) {
    const equals = trimmed.indexOf(0x3d, at);
    const end = equals < 0 ? trimmed.length : equals;
    length += trimmed.copy(out, length, at, end);
    if (equals < 0) break;
    const [first = 0, second = 0] = [trimmed[equals + 1], trimmed[equals + 2]];
    const high = hex[first] as number;
    const low = hex[second] as number;
    if (high >= 0 && low >= 0) {
      out[length++] = high * 16 + low;
      at = equals + 3;
    } else if (first === 0x0a || (first === 0x0d && second === 0x0a)) {
      at = equals + (first === 0x0a ? 2 : 3);
    } else {
      out[length++] = 0x3d;
      at = equals + 1;
    }
  }
  return out.subarray(0, length);
}

function trimLineEnds(body: Buffer): Buffer {
  const text = body.toString('latin1');
  return /[ \t]\r?\n/.test(text) ? Buffer.from(text.replace(blanksAtLineEnd, ''), 'latin1') : body;
}
