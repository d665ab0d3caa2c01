import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newPassword } from './new-password.ts';

test('every byte counts, and none makes a letter that is taken for another', () => {
  const all = Array.from({ length: 256 }, (_, byte) => newPassword(new Uint8Array(20).fill(byte)));
  assert.equal(new Set(all).size, 32);
  for (const text of all) assert.match(text, /^([a-km-np-z2-9]{5}-){3}[a-km-np-z2-9]{5}$/);
});
