import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBytes, renderBytes } from './bytes.ts';

test('reads sizes with and without a unit', () => {
  assert.equal(parseBytes('0'), 0);
  assert.equal(parseBytes('4096'), 4096);
  assert.equal(parseBytes('512KiB'), 524_288);
  assert.equal(parseBytes('50 MiB'), 52_428_800);
  assert.equal(parseBytes('2GiB'), 2_147_483_648);
});

test('refuses what is no size', () => {
  for (const text of ['', '-1', '1.5MiB', '50MB', '50mib', '1e3', '99999999999GiB', ' 1'])
    assert.equal(parseBytes(text), null, text);
});

test('writes what it reads back', () => {
  for (const bytes of [0, 1, 1023, 1024, 1536, 52_428_800, 3 * 1024 ** 3])
    assert.equal(parseBytes(renderBytes(bytes)), bytes);
  assert.equal(renderBytes(52_428_800), '50MiB');
});
