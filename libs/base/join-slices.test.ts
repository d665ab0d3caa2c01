import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { joinSlices } from './join-slices.ts';

test('pieces of any size are one, with pauses between steps of bounded size', async () => {
  for (const sizes of [[], [0], [3, 0, 7], [3_000_000], Array(60).fill(65_536), [600_000, 1, 1_700_000]]) {
    const pieces = sizes.map(size => randomBytes(size));
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    let pauses = 0;
    const joined = await joinSlices(pieces, async () => {
      pauses += 1;
    });
    assert.ok(joined.equals(Buffer.concat(pieces)), `${sizes}`);
    assert.ok(pauses >= Math.floor(bytes / 1024 / 1024), `${pauses} pauses`);
  }
});
