import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSlowWork } from './slow-work.ts';

/** bcrypt, cost 4, of `right`. */
const quick = '$2y$04$abcdefghijklmnopqrstuuFmEfrkTQnczNzw475xE2VhDrK1uwJiC';
/** A cost at which one verification takes minutes. */
const endless = quick.replace('$04$', '$31$');

test('jobs are done one after the other, tenants in turn', async () => {
  await using work = createSlowWork();
  const order: string[] = [];
  const job = (scope: string) =>
    work.run('fits-secret', { secret: quick, password: 'right' }, scope).then(() => order.push(scope));
  await Promise.all([job('a'), job('a'), job('a'), job('b'), job('c'), job('b')]);
  assert.deepEqual(order, ['a', 'a', 'b', 'c', 'a', 'b']);
});

test('a tenant that asks too much is told so, others are not', async () => {
  await using work = createSlowWork({ maxWaiting: 1 });
  const job = (scope: string) => work.run('fits-secret', { secret: quick, password: 'wrong' }, scope);
  const [first, second] = [job('a'), job('a')];
  await assert.rejects(job('a'), { code: 'SLOW_WORK_BUSY' });
  assert.deepEqual(await Promise.all([first, second, job('b')]), [false, false, false]);
});

test('a job that never ends is ended, and the next one is done', async () => {
  await using work = createSlowWork({ maxJobMs: 5000 });
  const endlessJob = work.run('fits-secret', { secret: endless, password: 'x' }, 'a');
  const next = work.run('fits-secret', { secret: quick, password: 'right' }, 'b');
  await assert.rejects(endlessJob, { code: 'SLOW_WORK_TOO_LONG' });
  assert.equal(await next, true);
});

test('the event loop is free meanwhile', async () => {
  await using work = createSlowWork();
  await work.run('fits-secret', { secret: quick, password: 'x' }, 'a');
  const order: string[] = [];
  const turn = new Promise<void>(done => setTimeout(done, 1)).then(() => order.push('turn'));
  await work.run('fits-secret', { secret: quick.replace('$04$', '$11$'), password: 'x' }, 'a');
  order.push('job');
  await turn;
  assert.deepEqual(order, ['turn', 'job']);
});

test('a thread that is not used ends, and comes back', async () => {
  await using work = createSlowWork({ idleMs: 1 });
  const job = () => work.run('fits-secret', { secret: quick, password: 'right' }, 'a');
  assert.equal(await job(), true);
  await new Promise(done => setTimeout(done, 20));
  assert.equal(await job(), true);
});
