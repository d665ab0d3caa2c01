import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseApacheTree } from './apache-tree.ts';

test('words, quotes, sections, comments and continued lines', () => {
  assert.deepEqual(
    parseApacheTree('# no\nA "b c" \'d"e\' \\\n  f\n<B *:80 "x>y">\n C "\\"\\\\\\."\n</b>\n'),
    [
      { name: 'A', args: ['b c', 'd"e', 'f'], children: null },
      { name: 'B', args: ['*:80', 'x>y'], children: [{ name: 'C', args: ['"\\\\.'], children: null }] },
    ],
  );
});

for (const text of ['<A', '<A>', '</A>', '<A>\n</B>']) {
  test(`refused: ${text}`, () => assert.throws(() => parseApacheTree(text)));
}
