import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCount } from './outside.ts';

test('the icon carries the count of what is unread, short enough to be read', () => {
  const icon = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg"></svg>').replaceAll('%2F', '/')}`;
  const shown = (count: number) =>
    />([^<]+)<\/text><\/svg>$/.exec(decodeURIComponent(withCount(icon, count)))?.[1];
  assert.deepEqual([1, 42, 999, 1000, 12_345, 200_000].map(shown), ['1', '42', '999', '1k', '12k', '∞']);
});
