import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actedOn, nothingSelected, toggled } from './selection.ts';

test('a key acts on all that is selected, else on the mail that the keyboard is on', () => {
  const selection = ['a', 'b', 'c'].reduce(toggled, nothingSelected);
  assert.deepEqual(actedOn(selection, 'c'), ['a', 'b', 'c']);
  assert.deepEqual(actedOn(selection, undefined), ['a', 'b', 'c']);
  assert.deepEqual(actedOn(nothingSelected, 'c'), ['c']);
  assert.deepEqual(actedOn(nothingSelected, undefined), []);
});
