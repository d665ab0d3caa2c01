import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantUid } from '../base/ids.ts';
import { Turns } from './turns.ts';

const [hog, quiet, third] = ['hog', 'quiet', 'third'] as TenantUid[] as [TenantUid, TenantUid, TenantUid];

let nowMs = 0;
const turnsByClock = () => new Turns(() => nowMs);

/** Takes longer than a round does. */
function compute(ms = 5): void {
  nowMs += ms;
}

test('tenants take turns, whoever came first and however much one has to do', async () => {
  const turns = turnsByClock();
  const order: string[] = [];
  const step = async (tenant: TenantUid) => {
    await turns.next(tenant);
    order.push(tenant);
    compute();
  };
  await Promise.all([...Array.from({ length: 20 }, () => step(hog)), step(quiet), step(third), step(quiet)]);
  assert.deepEqual(order.slice(0, 6), ['hog', 'quiet', 'third', 'hog', 'quiet', 'hog']);
});

test('work in many steps goes one step a round, however many do it', async () => {
  const turns = turnsByClock();
  let [steps, rounds] = [0, 0];
  const count = () => {
    rounds += 1;
    if (steps < 40) setImmediate(count);
  };
  setImmediate(count);
  const work = async () => {
    for (let i = 0; i < 4; i++) {
      await turns.next(hog);
      steps += 1;
      compute(2);
    }
  };
  await Promise.all(Array.from({ length: 10 }, work));
  assert.ok(rounds >= 38, `${steps} steps in ${rounds} rounds`);
});

test('a round ends when its time is over, and the next begins with those who found none', async () => {
  const turns = turnsByClock();
  const rounds: string[][] = [[]];
  const count = () => {
    if (rounds.flat().length < 6) setImmediate(count);
    rounds.push([]);
  };
  const step = async (tenant: TenantUid) => {
    await turns.next(tenant);
    rounds.at(-1)?.push(tenant);
    compute();
  };
  const all = Promise.all([hog, quiet, third, hog, quiet, third].map(step));
  setImmediate(count);
  await all;
  const seen = rounds.filter(round => round.length > 0);
  assert.deepEqual(
    seen.map(round => round.length),
    [1, 1, 1, 1, 1, 1],
  );
  assert.deepEqual(seen.flat(), [hog, quiet, third, hog, quiet, third]);
});

test('who is alone is let through at once, until the round is full or something of it waits', async () => {
  const turns = turnsByClock();
  assert.equal(turns.isFree(hog), true);
  compute();
  assert.equal(turns.isFree(hog), false);
  assert.equal(turns.isFree(quiet), false);
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  assert.equal(turns.isFree(hog), true);
  const turn = turns.next(hog);
  assert.equal(turns.waiting(hog), 1);
  assert.equal(turns.isFree(hog), false);
  assert.equal(turns.isFree(quiet), true);
  await turn;
  assert.equal(turns.waiting(hog), 0);
});
