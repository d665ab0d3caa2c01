import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration, renderDuration } from './duration.ts';

test('reads times with a unit, and 0', () => {
  assert.equal(parseDuration('0'), 0);
  assert.equal(parseDuration('5s'), 5000);
  assert.equal(parseDuration('10m'), 600_000);
  assert.equal(parseDuration('24h'), 86_400_000);
  assert.equal(parseDuration('30d'), 2_592_000_000);
});

test('refuses what is no time', () => {
  for (const text of ['', '5', '1.5h', '30D', '1h30m', '-1d', '1w', '5 s', '9999999999999d'])
    assert.equal(parseDuration(text), null, text);
});

test('writes what it reads back', () => {
  for (const ms of [0, 5000, 90_000, 600_000, 86_400_000])
    assert.equal(parseDuration(renderDuration(ms)), ms);
  assert.equal(renderDuration(86_400_000), '1d');
});
