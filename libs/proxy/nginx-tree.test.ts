import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNginxTree } from './nginx-tree.ts';

test('words, quotes, blocks and comments', () => {
  assert.deepEqual(parseNginxTree('a "b c" \'d"e\' f\\;g; # no\nh i { j; }'), [
    { name: 'a', args: ['b c', 'd"e', 'f\\;g'], children: null },
    { name: 'h', args: ['i'], children: [{ name: 'j', args: [], children: null }] },
  ]);
});

test('a quoted brace or semicolon is text, and so is the brace of a variable', () => {
  const variable = '$' + '{b}';
  assert.deepEqual(parseNginxTree(`a "{;}" x${variable}y;`)[0]?.args, ['{;}', `x${variable}y`]);
});

test('a backslash is taken away before quotes, backslashes, t, r and n alone', () => {
  assert.deepEqual(parseNginxTree('a "\\"\\\\\\.\\n" \\$;')[0]?.args, ['"\\\\.\n', '\\$']);
});

for (const text of ['a', 'a {', '}', ';', '{ }', 'a "b', 'a "b"c;']) {
  test(`refused: ${text}`, () => assert.throws(() => parseNginxTree(text)));
}
