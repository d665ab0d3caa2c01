import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAddressList } from './address-list.ts';

/** Header value → names and addresses; null: it is no list. */
const cases: [value: string, expected: [name: string, address: string][] | null][] = [
  ['a@b.com', [['', 'a@b.com']]],
  ['A B <a@b.com>', [['A B', 'a@b.com']]],
  [
    '"A, B" <a@b.com>, c@d.com',
    [
      ['A, B', 'a@b.com'],
      ['', 'c@d.com'],
    ],
  ],
  ['a@b.com (Comment Name)', [['Comment Name', 'a@b.com']]],
  ['(c) A <a@b.com>', [['A', 'a@b.com']]],
  [
    'A <a@b.com> B <c@d.com>',
    [
      ['A', 'a@b.com'],
      ['B', 'c@d.com'],
    ],
  ],
  [
    'a@b.com c@d.com',
    [
      ['', 'a@b.com'],
      ['', 'c@d.com'],
    ],
  ],
  [
    'Group: a@b.com, B <b@c.com>; x@y.com',
    [
      ['', 'a@b.com'],
      ['B', 'b@c.com'],
      ['', 'x@y.com'],
    ],
  ],
  ['undisclosed-recipients:;', []],
  ['foo', null],
  ['Foo <foo>', null],
  ['Foo <foo', null],
  ['"a b"@x.com', [['', 'a b@x.com']]],
  ['"a\\"b" <x@y.com>', [['a"b', 'x@y.com']]],
  ['=?utf-8?q?J=C3=B6rg?= <a@b.com>', [['Jörg', 'a@b.com']]],
  ['Jörg <a@b.com>', [['Jörg', 'a@b.com']]],
  ['=?utf-8?b?SsO2cmc=?= =?utf-8?q?M=C3=BCller?= X <a@b.com>', [['JörgMüller X', 'a@b.com']]],
  ['<a@b.com>', [['', 'a@b.com']]],
  ['a@[1.2.3.4]', [['', 'a@[1.2.3.4]']]],
  ['a@b', [['', 'a@b']]],
  ['a.@b.com', null],
  ['a..b@c.com', null],
  [
    'A <a@b.com>; c@d.com',
    [
      ['A', 'a@b.com'],
      ['', 'c@d.com'],
    ],
  ],
  ['A <a@b.com>,', [['A', 'a@b.com']]],
  [
    'A <a@b.com>,,b@c.com',
    [
      ['A', 'a@b.com'],
      ['', 'b@c.com'],
    ],
  ],
  [',a@b.com', [['', 'a@b.com']]],
  ['<@x,@y:a@b.com>', null],
  ['A <a@b.com> trailing', null],
  ['a@b.com, foo, c@d.com', null],
  ['mailto:a@b.com', null],
  ['A\tB <a@b.com>', [['A B', 'a@b.com']]],
  ['A  B <a@b.com>', [['A B', 'a@b.com']]],
  ["O'Neil <a@b.com>", [["O'Neil", 'a@b.com']]],
  ['A.B <a@b.com>', [['A.B', 'a@b.com']]],
  ['A. B. Smith <a@b.com>', [['A. B. Smith', 'a@b.com']]],
  [
    'a@b.com <a@b.com>',
    [
      ['', 'a@b.com'],
      ['', 'a@b.com'],
    ],
  ],
  ['Name a@b.com', null],
  ['"Name" a@b.com', null],
  ['üx@b.com', [['', 'üx@b.com']]],
  ['a@ü.com', [['', 'a@ü.com']]],
  ['A (x) B <a@b.com>', [['A B', 'a@b.com']]],
  ['"A" "B" <a@b.com>', [['A B', 'a@b.com']]],
  ['A <  a@b.com  >', [['A', 'a@b.com']]],
  ['A<a@b.com>', [['A', 'a@b.com']]],
  ['=?utf-8?q?A,_B?= <a@b.com>', [['A, B', 'a@b.com']]],
  ['"=?utf-8?q?A=2C_B?=" <a@b.com>', [['A, B', 'a@b.com']]],
  ['<>', null],
  ['A <>', null],
  ['A [x] <a@b.com>', null],
  ['A: B <a@b.com>', null],
  [
    'a@b.com;c@d.com',
    [
      ['', 'a@b.com'],
      ['', 'c@d.com'],
    ],
  ],
  ['   ', []],
  ['A <a@b.com', null],
  ['a_b+c@d.com', [['', 'a_b+c@d.com']]],
  ['=?x?q?a?= <a@b.com>', [['=?x?q?a?=', 'a@b.com']]],
  ['A \\"x <a@b.com>', null],
];

for (const [value, expected] of cases) {
  test(`reads ${JSON.stringify(value)}`, () => {
    const found = parseAddressList(Buffer.from(value).toString('latin1'));
    assert.deepEqual(found?.map(({ Name, Address }) => [Name, Address]) ?? null, expected);
  });
}

test('a value that is neither ASCII nor UTF-8 is no list', () => {
  assert.equal(parseAddressList('J\xf6rg <a@b.com>'), null);
});

test('hostile values take time in proportion to their length', () => {
  for (const piece of ['(', '"', '<', '=?', '=?a?q?', 'a@', '\\', 'a b ', ',']) {
    parseAddressList(piece.repeat(500_000 / piece.length));
  }
});
