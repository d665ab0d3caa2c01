import { isUtf8 } from 'node:buffer';
import type { Address } from '../message.ts';
import { decodeHeaderText } from './encoded-words.ts';

/**
 * Addresses of a header (RFC 5322 §3.4), groups flattened, missing commas overlooked; null when the value is no such
 * list. Takes one character a byte, as headers are kept. Time grows with the length only.
 */
export function parseAddressList(value: string): Address[] | null {
  if (/[\x80-\xff]/.test(value) && !isUtf8(Buffer.from(value, 'latin1'))) return null;
  const found: Address[] = [];
  let words: string[] = [];
  let inGroup = false;
  /** An address without a name, to which a comment right behind it gives one. */
  let bare = false;
  let at = 0;
  const push = (address: string) => {
    found.push({ Name: decodeHeaderText(words.join(' ')), Address: decodeHeaderText(address) });
    words = [];
  };

  while (at < value.length) {
    const char = value[at] as string;
    if (char === ' ' || char === '\t') {
      at += 1;
    } else if (char === '(') {
      const end = endOfComment(value, at);
      if (end < 0) return null;
      const last = found.at(-1);
      if (bare && last) {
        found[found.length - 1] = { ...last, Name: decodeHeaderText(value.slice(at + 1, end - 1).trim()) };
        bare = false;
      }
      at = end;
    } else if (char === ',' || char === ';') {
      if (words.length > 0) return null;
      if (char === ';') inGroup = false;
      bare = false;
      at += 1;
    } else if (char === ':') {
      if (inGroup || words.length === 0) return null;
      inGroup = true;
      words = [];
      at += 1;
    } else if (char === '<') {
      const end = value.indexOf('>', at);
      const address = end < 0 ? null : readAngle(value.slice(at + 1, end));
      if (address === null) return null;
      push(address);
      bare = false;
      at = end + 1;
    } else {
      const word = char === '"' ? readQuoted(value, at) : readAtom(value, at);
      if (!word) return null;
      at = word.end;
      if (value[at] !== '@') {
        words.push(word.text);
        continue;
      }
      const domain = readDomain(value, at + 1);
      if (!domain || words.length > 0 || (char !== '"' && !isDotAtom(word.text))) return null;
      push(`${word.text}@${domain.text}`);
      bare = true;
      at = domain.end;
    }
  }
  return words.length > 0 || inGroup ? null : found;
}

type Word = { readonly text: string; readonly end: number };

const encodedWordAt = /=\?[^?\s]+\?[bq]\?[^?]*\?=/iy;

function readAtom(value: string, at: number): Word | null {
  encodedWordAt.lastIndex = at;
  if (value[at] === '=' && encodedWordAt.test(value)) {
    return { text: value.slice(at, encodedWordAt.lastIndex), end: encodedWordAt.lastIndex };
  }
  let end = at;
  while (end < value.length && !' \t,;:<>()"[]@\\'.includes(value[end] as string)) end += 1;
  return end === at ? null : { text: value.slice(at, end), end };
}

function readQuoted(value: string, at: number): Word | null {
  let text = '';
  for (let end = at + 1; end < value.length; end += 1) {
    if (value[end] === '"') return { text, end: end + 1 };
    if (value[end] === '\\') end += 1;
    text += value[end] ?? '';
  }
  return null;
}

function readDomain(value: string, at: number): Word | null {
  if (value[at] === '[') {
    const end = value.indexOf(']', at) + 1;
    return end === 0 ? null : { text: value.slice(at, end), end };
  }
  const domain = readAtom(value, at);
  return domain && isDotAtom(domain.text) ? domain : null;
}

/** What stands between angle brackets: exactly one address. */
function readAngle(inner: string): string | null {
  const trimmed = inner.trim();
  const local = trimmed.startsWith('"') ? readQuoted(trimmed, 0) : readAtom(trimmed, 0);
  if (!local || trimmed[local.end] !== '@') return null;
  if (!trimmed.startsWith('"') && !isDotAtom(local.text)) return null;
  const domain = readDomain(trimmed, local.end + 1);
  return domain && domain.end === trimmed.length ? `${local.text}@${domain.text}` : null;
}

function isDotAtom(text: string): boolean {
  return !text.startsWith('.') && !text.endsWith('.') && !text.includes('..');
}

/** The position after a comment, comments inside it included; -1 when it does not end. */
function endOfComment(value: string, at: number): number {
  let depth = 0;
  for (let end = at; end < value.length; end += 1) {
    if (value[end] === '\\') end += 1;
    else if (value[end] === '(') depth += 1;
    else if (value[end] === ')' && --depth === 0) return end + 1;
  }
  return -1;
}
