/**
 * Help for who types a search: what could come next, and what of it the server will not understand. The server reads
 * anything and leaves out what says nothing; a person should be told.
 */

export type Suggestion = {
  /** What the whole box says when it is taken. */
  readonly query: string;
  /** The word that it adds. */
  readonly word: string;
  readonly kind: 'operator' | 'tag' | 'address';
};

export type SearchFault = {
  readonly word: string;
  readonly why: 'date' | 'size' | 'empty' | 'quote' | 'operator';
};

export const operators = [
  'from:',
  'to:',
  'cc:',
  'bcc:',
  'reply-to:',
  'addressed:',
  'subject:',
  'message-id:',
  'tag:',
  'is:unread',
  'is:read',
  'is:tagged',
  'has:attachment',
  'has:inline',
  'before:',
  'after:',
  'larger:',
  'smaller:',
] as const;

const addressPrefixes = ['from', 'to', 'cc', 'bcc', 'reply-to', 'addressed'];
const maxSuggestions = 8;

/** Words as the server separates them: by blanks, but not within quotes. */
function words(query: string): string[] {
  return query.match(/(?:"[^"]*"?|[^ "])+/g) ?? [];
}

/** What may complete the last word. */
export function suggest(
  query: string,
  tags: readonly string[],
  addresses: readonly string[],
): readonly Suggestion[] {
  const last = query.endsWith(' ') ? '' : (words(query).at(-1) ?? '');
  const before = query.slice(0, query.length - last.length);
  const [sign, bare] = /^[-!]/.test(last) ? [last.charAt(0), last.slice(1)] : ['', last];
  const colon = bare.indexOf(':');
  const make = (kind: Suggestion['kind'], word: string): Suggestion => ({
    query: `${before}${sign}${word}${kind === 'operator' && word.endsWith(':') ? '' : ' '}`,
    word: `${sign}${word}`,
    kind,
  });
  if (colon < 0) {
    const wanted = bare.toLowerCase();
    const ops = operators.filter(one => one.startsWith(wanted)).map(one => make('operator', one));
    if (wanted === '') return ops.slice(0, maxSuggestions);
    const people = addresses.filter(one => one.toLowerCase().includes(wanted));
    const tagged = tags.filter(one => one.toLowerCase().startsWith(wanted));
    return [
      ...ops,
      ...tagged.map(one => make('tag', `tag:${quoted(one)}`)),
      ...people.slice(0, 4).map(one => make('address', one)),
    ].slice(0, maxSuggestions);
  }
  const prefix = bare.slice(0, colon).toLowerCase();
  const operand = bare
    .slice(colon + 1)
    .replaceAll('"', '')
    .toLowerCase();
  if (prefix === 'tag') {
    const fitting = tags.filter(one => one.toLowerCase().includes(operand));
    return fitting.slice(0, maxSuggestions).map(one => make('tag', `tag:${quoted(one)}`));
  }
  if (prefix === 'is' || prefix === 'has') {
    const fitting = operators.filter(one => one.startsWith(`${prefix}:${operand}`));
    return fitting.filter(one => one !== bare).map(one => make('operator', one));
  }
  if (addressPrefixes.includes(prefix)) {
    const fitting = addresses.filter(one => one.toLowerCase().includes(operand));
    return fitting.slice(0, maxSuggestions).map(one => make('address', `${prefix}:${quoted(one)}`));
  }
  return [];
}

const quoted = (text: string) => (text.includes(' ') ? `"${text}"` : text);

/** What of a finished query says nothing to the server. */
export function searchFaults(query: string): readonly SearchFault[] {
  const faults: SearchFault[] = [];
  if ((query.match(/"/g)?.length ?? 0) % 2 === 1) faults.push({ word: '"', why: 'quote' });
  for (const word of words(query)) {
    const [, prefix = '', operand = ''] = /^[-!]?([a-z-]+):(.*)$/i.exec(word) ?? [];
    const value = operand.replaceAll('"', '').trim();
    const name = prefix.toLowerCase();
    if (name === '') continue;
    if (!names.has(name)) {
      if (value !== '' && !value.startsWith('//') && isNearlyOne(name))
        faults.push({ word, why: 'operator' });
      continue;
    }
    if (value === '') faults.push({ word, why: 'empty' });
    else if ((name === 'before' || name === 'after') && !looksLikeDate(value))
      faults.push({ word, why: 'date' });
    else if ((name === 'larger' || name === 'smaller') && !/^\d+(\.\d+)?\s*(k|kb|m|mb)?$/i.test(value))
      faults.push({ word, why: 'size' });
    else if (
      (name === 'is' || name === 'has') &&
      !operators.some(one => one === `${name}:${value.toLowerCase().replace(/^(attachment|inline)s$/, '$1')}`)
    )
      faults.push({ word, why: 'operator' });
  }
  return faults;
}

const names: ReadonlySet<string> = new Set(operators.map(one => one.slice(0, one.indexOf(':'))));

/** A filter's name with one letter left out, or two neighbours in each other's place. */
function isNearlyOne(name: string): boolean {
  const slips = [...names].flatMap(one =>
    one.length < 4
      ? []
      : Array.from(one, (letter, i) => [
          one.slice(0, i) + one.slice(i + 1),
          one.slice(0, i) + (one[i + 1] ?? '') + letter + one.slice(i + 2),
        ]).flat(),
  );
  return slips.includes(name);
}

/** Wide on purpose: what the server reads must not be called wrong here. */
function looksLikeDate(text: string): boolean {
  return (
    /^\d{4}([-/.]?\d{1,2}([-/.]?\d{1,2})?)?([T ].*)?$/.test(text) ||
    /^(\d{10}|\d{13}|\d{16}|\d{19})$/.test(text) ||
    (/\d/.test(text) && (/[a-z]{3}/i.test(text) || /^\d{1,2}[/.]\d{1,2}[/.]\d{2,4}/.test(text))) ||
    /^\d{4}年/.test(text)
  );
}
