import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseSearch } from './parse-search.ts';
import { parseSearchDate } from './search-date.ts';
import type { SearchTerm } from './search-query.ts';

const text = (field: string, value: string, negated = false) =>
  ({ kind: 'text', field, text: value, negated }) as SearchTerm;
const flag = (kind: string, negated = false) => ({ kind, negated }) as SearchTerm;
const size = (minBytes: number, maxBytes = Number.MAX_SAFE_INTEGER): SearchTerm => ({
  kind: 'size',
  minBytes,
  maxBytes,
});

const cases: [query: string, ...terms: SearchTerm[]][] = [
  ['Hello World', text('all', 'hello'), text('all', 'world')],
  ['"Hello  World"', text('all', 'hello world')],
  ['a\tb', text('all', 'a b')],
  ['subject:"A (b)"', text('subject', 'a (b)')],
  ['"subject:a"', text('subject', 'a')],
  ['sub"ject:a b', text('subject', 'a b')],
  ['"-a"', text('all', 'a', true)],
  ['-a !b --c', text('all', 'a', true), text('all', 'b', true), text('all', '-c', true)],
  ['-', text('all', '-')],
  ['constructor -__proto__', text('all', 'constructor'), text('all', '__proto__', true)],
  ['TO:X From:Y cc:z bcc:b', text('to', 'x'), text('from', 'y'), text('cc', 'z'), text('bcc', 'b')],
  ['reply-to:r addressed:a', text('replyTo', 'r'), text('addressed', 'a')],
  ['message-id:<A@b>', text('messageId', 'a@b')],
  [
    'tag:"My Tag" -tag:x',
    { kind: 'tag', name: 'my tag', negated: false },
    { kind: 'tag', name: 'x', negated: true },
  ],
  ['is:read is:unread IS:TAGGED', flag('read'), flag('read', true), flag('tagged')],
  ['-is:read -is:unread', flag('read', true), flag('read')],
  [
    'has:attachment has:attachments -has:inlines',
    flag('attachments'),
    flag('attachments'),
    flag('inlines', true),
  ],
  ['is:foo has:tag x:y is:', ...['is:foo', 'has:tag', 'x:y', 'is:'].map(word => text('all', word))],
  ['to: subject: tag: ( , ""'],
  ['-(', { kind: 'never' }],
  ['larger:10k', size(10_241)],
  ['-larger:10kb', size(0, 10_239)],
  ['smaller:1.5M', size(0, 1_572_863)],
  ['-smaller:"2 mb"', size(2_097_153)],
  [
    'larger:0.5 larger:1e3 larger:2b',
    ...['larger:0.5', 'larger:1e3', 'larger:2b'].map(word => text('all', word)),
  ],
  ['before:garbage after:yesterday'],
  ['constructor:x', text('all', 'constructor:x')],
];

for (const [query, ...terms] of cases) {
  test(`reads ${query}`, () => assert.deepEqual(parseSearch(query, 'UTC').terms, terms));
}

test('dates bound what was created', () => {
  const day = Date.UTC(2024, 3, 26);
  const [late, early, notLate, notEarly] = parseSearch(
    'after:2024-04-26 before:2024-04-26 -after:2024-04-26 -before:2024-04-26',
    'UTC',
  ).terms as (SearchTerm & { kind: 'created' })[];
  assert.equal(late?.fromMs, day);
  assert.equal(early?.toMs, day);
  assert.equal(notLate?.toMs, day);
  assert.equal(notEarly?.fromMs, day);
});

const berlin = (iso: string) => Date.parse(`${iso}+02:00`);

/** All read in Europe/Berlin. */
const dates: [written: string, atMs: number | null][] = [
  ['2024', Date.parse('2024-01-01T00:00+01:00')],
  ['2024-04', berlin('2024-04-01T00:00')],
  ['2024/04', berlin('2024-04-01T00:00')],
  ['2024-04-26', berlin('2024-04-26T00:00')],
  ['2024-4-6', berlin('2024-04-06T00:00')],
  ['2024/4/6', berlin('2024-04-06T00:00')],
  ['2024.04.26', berlin('2024-04-26T00:00')],
  ['2024:04:26', berlin('2024-04-26T00:00')],
  ['4/26/2024', berlin('2024-04-26T00:00')],
  ['4/26/24', berlin('2024-04-26T00:00')],
  ['04.26.2024', berlin('2024-04-26T00:00')],
  ['20240426', berlin('2024-04-26T00:00')],
  ['20240426105203', berlin('2024-04-26T10:52:03')],
  ['2024-Apr-26', berlin('2024-04-26T00:00')],
  ['26-Apr-2024', berlin('2024-04-26T00:00')],
  ['26 apr 2024', berlin('2024-04-26T00:00')],
  ['26 april 2024', berlin('2024-04-26T00:00')],
  ['apr 26, 2024', berlin('2024-04-26T00:00')],
  ['April 26, 2024 5:57:51 PM', berlin('2024-04-26T17:57:51')],
  ['2024-04-26 3pm', berlin('2024-04-26T15:00')],
  ['2024-04-26 12:30 am', berlin('2024-04-26T00:30')],
  ['2024-04-26T10:11:12', berlin('2024-04-26T10:11:12')],
  ['2024-04-26 10:11', berlin('2024-04-26T10:11')],
  ['2024-04-26T10:11:12Z', Date.UTC(2024, 3, 26, 10, 11, 12)],
  ['2024-04-26T10:11:12.345Z', Date.UTC(2024, 3, 26, 10, 11, 12, 345)],
  ['2024-04-26T10:11:12.5+05:30', Date.UTC(2024, 3, 26, 4, 41, 12, 500)],
  ['Fri, 26 Apr 2024 10:11:12 +0200 CEST', berlin('2024-04-26T10:11:12')],
  ['Fri, 26 Apr 2024 10:11:12 GMT', Date.UTC(2024, 3, 26, 10, 11, 12)],
  ['26 Apr 24 10:11 EST', Date.UTC(2024, 3, 26, 15, 11)],
  ['Fri Apr 26 10:11:12 2024', berlin('2024-04-26T10:11:12')],
  ['Fri Apr 26 10:11:12 CEST 2024', berlin('2024-04-26T10:11:12')],
  ['2024年04月26日', berlin('2024-04-26T00:00')],
  ['1714118400', 1_714_118_400_000],
  ['1714118400123', 1_714_118_400_123],
  ['1714118400123456', 1_714_118_400_123],
  ['1714118400123456789', 1_714_118_400_123],
  ...(
    [
      '26/04/2024',
      '26.4.2024',
      '24-04-26',
      '201404',
      '10/2024',
      'april 2024',
      '20240426T101112Z',
      '2024-02-30',
      '2024-13-01',
      '2024-04-26 24:00:00',
      '2024-04-26T10:11:12,5',
      '2024-W17',
      'yesterday',
      '2d',
      '17141184001',
      '',
      'Friday, 26-Apr-24 10:11:12 GMT',
      '2024-04-26 13pm',
      '2024-04-26 7',
    ] as string[]
  ).map((written): [string, null] => [written, null]),
];

test("dates are read in the searcher's zone, unless they say their own", () => {
  for (const [written, atMs] of dates)
    assert.equal(parseSearchDate(written, 'Europe/Berlin'), atMs, `date ${written}`);
});

test('anything is a search, soon', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), query => void parseSearch(query, 'UTC')),
  );
  for (const piece of ['-', '"', 'after:1', 'a"', '1:', '2024-', ' ', 'larger:1.']) {
    parseSearch(piece.repeat(20_000), 'UTC');
    parseSearch(`after:${piece.repeat(20_000)}`, 'UTC');
  }
});
