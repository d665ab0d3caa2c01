import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';

const decoders = new Map<string, TextDecoder | null>();

/** Names that are met in mail and that the encoding standard does not list. */
const aliases: Record<string, string> = {
  'cp-850': 'cp850',
  cp932: 'shift_jis',
  cp936: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
  'ks_c_5601-1987': 'euc-kr',
  'iso-8859-8-e': 'iso-8859-8',
  'windows-936': 'gbk',
  utf8mb4: 'utf-8',
};

function decoderFor(charset: string): TextDecoder | null {
  const name = charset.trim().toLowerCase();
  const known = decoders.get(name);
  if (known !== undefined) return known;
  let decoder: TextDecoder | null = null;
  try {
    decoder = new TextDecoder(aliases[name] ?? name);
  } catch {
    // Not an encoding that anybody knows: the bytes are then taken as they are.
  }
  // Names come from mail: what is no encoding is not remembered, so that the map stays small.
  if (decoder) decoders.set(name, decoder);
  return decoder;
}

/** What a TextDecoder calls a charset, `latin1` where it has none that is like it; null where nobody knows it. */
export function charsetLabel(charset: string): string | null {
  const name = charset.trim().toLowerCase();
  if (name === 'iso-8859-1' || name === 'latin1') return 'latin1';
  return decoderFor(name) && (aliases[name] ?? name);
}

const windows1252 = new TextDecoder('windows-1252');

/** Text of bytes that say nothing true about themselves: UTF-8 when they are valid, else windows-1252. */
export function decodeUndeclared(bytes: Uint8Array): string {
  return isUtf8(bytes) ? decodeUtf8(bytes) : windows1252.decode(bytes);
}

/** Bytes in a declared charset. US-ASCII with 8-bit bytes in it counts as undeclared, an unknown name as UTF-8. */
export function decodeCharset(bytes: Uint8Array, charset: string): string {
  const name = charset.toLowerCase();
  if (name === 'utf-8' || name === 'utf8') return decodeUtf8(bytes);
  if (name === '' || name === 'us-ascii' || name === 'ascii') return decodeUndeclared(bytes);
  // Not windows-1252, which browsers take it for.
  if (name === 'iso-8859-1' || name === 'latin1') return Buffer.from(bytes).toString('latin1');
  if (name === 'utf-7') return decodeUtf7(bytes);
  const decoder = decoderFor(name);
  return decoder ? decoder.decode(bytes) : decodeUtf8(bytes);
}

/** What is not UTF-8 becomes U+FFFD. */
function decodeUtf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** RFC 2152: `+` begins base64 of UTF-16, `-` ends it, `+-` is a plus. */
function decodeUtf7(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/\+([A-Za-z0-9+/]*)-?/g, (_, encoded: string) => {
      if (encoded === '') return '+';
      const units = Buffer.from(encoded, 'base64');
      return units
        .subarray(0, units.length & ~1)
        .swap16()
        .toString('utf16le');
    });
}

export function isKnownCharset(charset: string): boolean {
  return /^(us-ascii|ascii|utf-7)$/i.test(charset) || decoderFor(charset) !== null;
}

/** A known charset in which bytes may say something else than in UTF-8. */
export function isForeignCharset(charset: string): boolean {
  const name = charset.toLowerCase();
  return !/^(|utf-?8|(us-)?ascii)$/.test(name) && isKnownCharset(name);
}
