import assert from 'node:assert/strict';
import { it } from 'node:test';
import { pooledRandom } from './pooled-random.ts';

it('gives every byte out once, over the end of a pool and beyond its size', () => {
  const random = pooledRandom(64);
  const given = [16, 16, 16, 20, 16, 200, 16].map(bytes => random(bytes));
  assert.deepEqual(
    given.map(({ length }) => length),
    [16, 16, 16, 20, 16, 200, 16],
  );
  const texts = given.map(bytes => Buffer.from(bytes).toString('hex'));
  assert.equal(new Set(texts).size, texts.length);
  for (const [i, bytes] of given.entries()) {
    for (const other of given.slice(i + 1)) {
      const isApart =
        bytes.buffer !== other.buffer ||
        bytes.byteOffset + bytes.length <= other.byteOffset ||
        other.byteOffset + other.length <= bytes.byteOffset;
      assert.ok(isApart);
    }
  }
});
