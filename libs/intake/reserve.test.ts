import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Reserve } from './reserve.ts';

test('a reserve is kept, given up once, and kept again when there is room', async t => {
  const dir = mkdtempSync(join(tmpdir(), 'mpctl-reserve-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'journal', 'reserve');
  const reserve = new Reserve(path, 300_000);
  await reserve.keep();
  assert.deepEqual([reserve.giveUp(), reserve.isGiven], [false, false], 'without its folder there is none');
  mkdirSync(join(dir, 'journal'));
  await reserve.keep();
  assert.equal(statSync(path).size, 300_000);
  assert.equal(reserve.giveUp(), true);
  assert.deepEqual([existsSync(path), reserve.isGiven, reserve.giveUp()], [false, true, false]);
  await Promise.all([reserve.keep(), reserve.keep()]);
  assert.deepEqual([statSync(path).size, reserve.isGiven], [300_000, false]);
});

test('there is no room for mail before what is owed has been done', async t => {
  const dir = mkdtempSync(join(tmpdir(), 'mpctl-reserve-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const reserve = new Reserve(join(dir, 'reserve'), 1000);
  await reserve.keep();
  let tries = 0;
  reserve.owe(async () => {
    tries += 1;
    if (tries < 3) throw new Error('no room');
  });
  for (const isGiven of [true, true, false]) {
    assert.equal(reserve.isOwed, reserve.isGiven);
    await reserve.keep();
    assert.equal(reserve.isGiven, isGiven);
  }
  assert.equal(tries, 3);
  reserve.owe(() => Promise.reject(new Error('no room')));
  assert.deepEqual(
    [reserve.giveUp(), existsSync(join(dir, 'reserve'))],
    [true, false],
    'deletions may have it',
  );
});
