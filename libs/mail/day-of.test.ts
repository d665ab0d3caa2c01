import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayOf } from './day-of.ts';

const at = (text: string) => Date.parse(text);

test('a day is that of the zone, and as long as it is there', () => {
  const hours = (moment: string, zone: string) => {
    const { date, fromMs, toMs } = dayOf(at(moment), zone);
    assert.ok(fromMs <= at(moment) && at(moment) < toMs);
    return `${date} ${(toMs - fromMs) / 3600_000}`;
  };
  assert.equal(hours('2026-11-21T23:30:00Z', 'UTC'), '2026-11-21 24');
  assert.equal(hours('2026-11-21T23:30:00Z', 'Europe/Berlin'), '2026-11-22 24');
  assert.equal(hours('2026-03-29T12:00:00Z', 'Europe/Berlin'), '2026-03-29 23');
  assert.equal(hours('2026-10-25T12:00:00Z', 'Europe/Berlin'), '2026-10-25 25');
  assert.equal(hours('2026-11-21T18:29:59Z', 'Asia/Kolkata'), '2026-11-21 24');
  assert.equal(hours('2026-11-21T18:30:00Z', 'Asia/Kolkata'), '2026-11-22 24');
});
