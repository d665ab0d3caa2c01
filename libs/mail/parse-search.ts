import { foldCase } from './fold-case.ts';
import { parseSearchDate, type TimeZone } from './search-date.ts';
import type { SearchField, SearchQuery, SearchTerm } from './search-query.ts';
import { normalizeForSearch } from './search-text.ts';

/** Prefixes whose operand is looked for in a field. */
const fields: Readonly<Record<string, SearchField>> = {
  to: 'to',
  from: 'from',
  cc: 'cc',
  bcc: 'bcc',
  'reply-to': 'replyTo',
  addressed: 'addressed',
  subject: 'subject',
  'message-id': 'messageId',
};

type Flag = readonly [kind: 'read' | 'tagged' | 'attachments' | 'inlines', holds: boolean];

const flags = new Map<string, Flag>([
  ['is:read', ['read', true]],
  ['is:unread', ['read', false]],
  ['is:tagged', ['tagged', true]],
  ['has:attachment', ['attachments', true]],
  ['has:attachments', ['attachments', true]],
  ['has:inline', ['inlines', true]],
  ['has:inlines', ['inlines', true]],
]);

/** No mail is outside of these; they are numbers that JSON knows. */
const earliest = Number.MIN_SAFE_INTEGER;
const latest = Number.MAX_SAFE_INTEGER;

/**
 * Reads a search as people type it: words and "phrases", all of which must be there, `-` before what must not be, and
 * prefixes. Anything is a search; what says nothing (an empty operand, a date that is none) is left out, so that a query
 * without terms is one of which nothing could be read: it matches everything.
 */
export function parseSearch(text: string, zone: TimeZone): SearchQuery {
  return { terms: tokens(text).flatMap(token => parseToken(token, zone) ?? []) };
}

/** Quotes hold blanks together, wherever they stand; only a space separates. */
function tokens(text: string): string[] {
  const found: string[] = [];
  let token = '';
  let quoted = false;
  for (const char of text) {
    if (char === '"') quoted = !quoted;
    else if (char === ' ' && !quoted) {
      found.push(token);
      token = '';
    } else token += char;
  }
  return [...found, token].filter(each => each !== '');
}

function parseToken(written: string, zone: TimeZone): SearchTerm | null {
  const negated = written.length > 1 && /^[-!]/.test(written);
  const token = negated ? written.slice(1) : written;
  const flag = flags.get(token.toLowerCase());
  if (flag) return { kind: flag[0], negated: negated === flag[1] };

  const colon = token.indexOf(':');
  const prefix = token.slice(0, Math.max(0, colon)).toLowerCase();
  const operand = token.slice(colon + 1);
  const field = Object.hasOwn(fields, prefix) ? fields[prefix] : undefined;
  if (field) {
    const wanted = field === 'subject' ? foldCase(operand) : normalizeForSearch(operand);
    return wanted === '' ? null : { kind: 'text', field, text: wanted, negated };
  }
  if (prefix === 'tag') {
    const name = normalizeForSearch(operand);
    return name === '' ? null : { kind: 'tag', name, negated };
  }
  if (prefix === 'after' || prefix === 'before') {
    const atMs = parseSearchDate(normalizeForSearch(operand), zone);
    if (atMs === null) return null;
    return (prefix === 'after') === negated
      ? { kind: 'created', fromMs: earliest, toMs: atMs }
      : { kind: 'created', fromMs: atMs, toMs: latest };
  }
  const size = prefix === 'larger' || prefix === 'smaller' ? parseSize(operand) : null;
  if (size !== null) {
    return (prefix === 'larger') === negated
      ? { kind: 'size', minBytes: 0, maxBytes: size - 1 }
      : { kind: 'size', minBytes: size + 1, maxBytes: latest };
  }
  const words = normalizeForSearch(token);
  if (words !== '') return { kind: 'text', field: 'all', text: words, negated };
  return negated ? { kind: 'never' } : null;
}

const unitBytes: Record<string, number> = { '': 1, k: 1024, kb: 1024, m: 1024 ** 2, mb: 1024 ** 2 };

/** Whole bytes, at least one; null when the text is no size. */
function parseSize(text: string): number | null {
  const match = /^(\d{1,12}(?:\.\d{1,12})?)\s*(k|kb|m|mb)?$/i.exec(text.trim());
  if (!match) return null;
  const bytes = Math.floor(Number(match[1]) * (unitBytes[(match[2] ?? '').toLowerCase()] ?? 1));
  return bytes < 1 ? null : bytes;
}
