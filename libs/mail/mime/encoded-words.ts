import { decodeCharset, decodeUndeclared, isKnownCharset } from './charset.ts';

const encodedWord = /=\?([^?\s]{1,80})\?([bq])\?([^?]*)\?=/gi;

/**
 * Text of a header's value (RFC 2047), given as one character a byte. Bytes above ASCII outside of encoded words are
 * UTF-8 or windows-1252. Neighbouring words in one charset are decoded together, since senders cut within characters.
 */
export function decodeHeaderText(value: string): string {
  if (!value.includes('=?')) return decodeBytes(value);
  let text = '';
  let end = 0;
  let pending: { charset: string; chunks: Buffer[] } | null = null;
  const flush = () => {
    if (pending) text += decodeCharset(Buffer.concat(pending.chunks), pending.charset);
    pending = null;
  };
  for (const match of value.matchAll(encodedWord)) {
    const [word, declared = '', encoding = '', encoded = ''] = match;
    // RFC 2231 §5: a language may follow the charset.
    const charset = declared.split('*', 1)[0]?.toLowerCase() ?? '';
    // Then it is no encoded word but text.
    if (!isKnownCharset(charset)) continue;
    const between = value.slice(end, match.index);
    if (!pending || /[^ \t\r\n]/.test(between)) {
      flush();
      text += decodeBytes(between);
    }
    end = match.index + word.length;
    const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(encoded, 'base64') : decodeQ(encoded);
    // ISO-2022 begins each word anew and may not be joined.
    if (pending && (pending.charset !== charset || charset.startsWith('iso-2022'))) flush();
    pending ??= { charset, chunks: [] };
    pending.chunks.push(bytes);
  }
  flush();
  return text + decodeBytes(value.slice(end));
}

/** One character a byte, made text. */
export function decodeBytes(value: string): string {
  return /[\x80-\xff]/.test(value) ? decodeUndeclared(Buffer.from(value, 'latin1')) : value;
}

function decodeQ(encoded: string): Buffer {
  return Buffer.from(
    encoded
      .replaceAll('_', ' ')
      .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}
