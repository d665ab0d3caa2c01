import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Evictions } from './evictions.ts';

test('what was removed is counted from a moment on, and forgotten after a day', () => {
  const hourMs = 3600_000;
  const evictions = new Evictions();
  evictions.note(1, 5 * hourMs);
  evictions.note(2, 20 * hourMs);
  evictions.note(4, 20 * hourMs + 60_000);
  assert.deepEqual(
    [0, 6, 20, 21].map(hour => evictions.since(hour * hourMs)),
    [7, 6, 6, 0],
  );
  evictions.note(8, 40 * hourMs);
  assert.equal(evictions.since(0), 14);
});
