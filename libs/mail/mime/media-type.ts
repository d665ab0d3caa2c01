import { decodeCharset } from './charset.ts';
import { decodeHeaderText } from './encoded-words.ts';

/** A Content-Type or Content-Disposition value: what it is, and its parameters. */
export type MediaType = {
  /** Lower case, e.g. `text/plain` or `attachment`; empty when nothing was there. */
  readonly type: string;
  /** By lower-case name, decoded (RFC 2047 and 2231). */
  readonly params: ReadonlyMap<string, string>;
};

export const noMediaType: MediaType = { type: '', params: new Map() };

const maxParams = 100;

/** With its comments; what is longer names nothing. */
const maxTypeLength = 500;

/** Reads what can be read of it; nothing is an error. Takes one character a byte. */
export function parseMediaType(value: string): MediaType {
  const semicolon = value.indexOf(';');
  const type = (semicolon < 0 ? value : value.slice(0, semicolon))
    .slice(0, maxTypeLength)
    .replace(/\(.*?\)/g, '')
    .trim()
    .toLowerCase();
  if (semicolon < 0) return { type, params: noMediaType.params };
  const raw = readParams(value, semicolon + 1);
  return { type, params: decodeParams(raw) };
}

/** `name=value` pairs as written; the first of a name wins. */
function readParams(value: string, start: number): Map<string, string> {
  const params = new Map<string, string>();
  let at = start;
  while (at < value.length && params.size < maxParams) {
    const equals = value.indexOf('=', at);
    if (equals < 0) break;
    const name = value.slice(
      value.lastIndexOf(';', equals) >= at ? value.lastIndexOf(';', equals) + 1 : at,
      equals,
    );
    let text = '';
    at = equals + 1;
    while (value[at] === ' ' || value[at] === '\t') at += 1;
    if (value[at] === '"') {
      at += 1;
      while (at < value.length && value[at] !== '"') {
        if (value[at] === '\\' && (value[at + 1] === '"' || value[at + 1] === '\\')) at += 1;
        text += value[at] ?? '';
        at += 1;
      }
      const next = value.indexOf(';', at);
      at = next < 0 ? value.length : next + 1;
    } else {
      const next = value.indexOf(';', at);
      const end = next < 0 ? value.length : next;
      text = value.slice(at, end).trim();
      at = end + 1;
    }
    const key = name.trim().toLowerCase();
    if (key !== '' && !params.has(key)) params.set(key, text);
  }
  return params;
}

/** RFC 2231: `name*0`, `name*1*` and so on are one value, `name*` carries charset and language. */
function decodeParams(raw: ReadonlyMap<string, string>): Map<string, string> {
  const params = new Map<string, string>();
  for (const [key, value] of raw) {
    const star = key.indexOf('*');
    if (star < 0) {
      params.set(key, decodeHeaderText(value));
      continue;
    }
    const name = key.slice(0, star);
    if (params.has(name) && !raw.has(name)) continue;
    params.set(
      name,
      key.endsWith('*') && star === key.length - 1 ? decodeExtended(value) : joinParts(raw, name),
    );
  }
  return params;
}

function joinParts(raw: ReadonlyMap<string, string>, name: string): string {
  let charset = '';
  const chunks: Buffer[] = [];
  for (let index = 0; index < maxParams; index += 1) {
    const plain = raw.get(`${name}*${index}`);
    const extended = raw.get(`${name}*${index}*`);
    if (plain === undefined && extended === undefined) break;
    if (extended === undefined) {
      chunks.push(Buffer.from(plain ?? '', 'latin1'));
    } else if (index === 0) {
      const [declared, encoded] = splitExtended(extended);
      charset = declared;
      chunks.push(percentBytes(encoded));
    } else {
      chunks.push(percentBytes(extended));
    }
  }
  return decodeCharset(Buffer.concat(chunks), charset);
}

function decodeExtended(value: string): string {
  const [charset, encoded] = splitExtended(value);
  return decodeCharset(percentBytes(encoded), charset);
}

/** `charset'language'text`; without the quotes all of it is text. */
function splitExtended(value: string): [charset: string, encoded: string] {
  const first = value.indexOf("'");
  const second = first < 0 ? -1 : value.indexOf("'", first + 1);
  return second < 0 ? ['', value] : [value.slice(0, first), value.slice(second + 1)];
}

function percentBytes(text: string): Buffer {
  return Buffer.from(
    text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}
