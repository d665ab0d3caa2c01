import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Limiter, type Limits } from './limiter.ts';

const none = { connections: 0, messages: 0, recipients: 0, bytes: 0 };
const noLimits: Limits = { connections: 0, perMinute: none, perSource: { connections: 0, perMinute: none } };

test('connections at the same time, in all and from one source', () => {
  const limiter = new Limiter(() => 0);
  const limits: Limits = { ...noLimits, connections: 3, perSource: { connections: 2, perMinute: none } };
  assert.equal(limiter.connected('a', limits), null);
  assert.equal(limiter.connected('a', limits), null);
  assert.equal(limiter.connected('a', limits), '(limit perSource.connections: 2)');
  assert.equal(limiter.connected('b', limits), null);
  assert.equal(limiter.connected('c', limits), '(limit connections: 3)');
  limiter.disconnected('a');
  assert.equal(limiter.connected('c', limits), null);
  assert.equal(limiter.connected('a', noLimits), null);
});

test('a minute, which passes evenly', () => {
  let now = 0;
  const limiter = new Limiter(() => now);
  const limits: Limits = { ...noLimits, perMinute: { ...none, messages: 2 } };
  assert.equal(limiter.take('messages', 1, 'a', limits), null);
  assert.equal(limiter.take('messages', 1, 'b', limits), null);
  assert.equal(limiter.take('messages', 1, 'c', limits), '(limit perMinute.messages: 2)');
  assert.equal(limiter.take('recipients', 1, 'c', limits), null);
  now = 29_999;
  assert.equal(limiter.take('messages', 1, 'a', limits), '(limit perMinute.messages: 2)');
  now = 30_000;
  assert.equal(limiter.take('messages', 1, 'a', limits), null);
  now = 1_000_000;
  assert.equal(limiter.take('messages', 3, 'a', limits), '(limit perMinute.messages: 2)');
  assert.equal(limiter.take('messages', 2, 'a', limits), null);
});

test('what one source may not have, another may, and nothing is taken from all', () => {
  const limiter = new Limiter(() => 0);
  const limits: Limits = {
    ...noLimits,
    perMinute: { ...none, bytes: 100 },
    perSource: { connections: 0, perMinute: { ...none, bytes: 60 } },
  };
  assert.equal(limiter.take('bytes', 50, 'a', limits), null);
  assert.equal(limiter.take('bytes', 50, 'a', limits), '(limit perSource.perMinute.bytes: 60)');
  assert.equal(limiter.take('bytes', 50, 'b', limits), null);
  assert.equal(limiter.take('bytes', 1, 'c', limits), '(limit perMinute.bytes: 100)');
});

test('ten thousand sources are not all remembered, the latest are', () => {
  const limiter = new Limiter(() => 0);
  const limits: Limits = { ...noLimits, perSource: { connections: 0, perMinute: { ...none, messages: 1 } } };
  for (let i = 0; i < 10_000; i++) assert.equal(limiter.take('messages', 1, `${i}`, limits), null);
  assert.notEqual(limiter.take('messages', 1, '9999', limits), null);
  assert.equal(limiter.take('messages', 1, '0', limits), null);
});

test('a limit that is set while running counts from then on', () => {
  const limiter = new Limiter(() => 0);
  assert.equal(limiter.take('bytes', 1e12, 'a', noLimits), null);
  assert.equal(limiter.take('bytes', 10, 'a', { ...noLimits, perMinute: { ...none, bytes: 10 } }), null);
});
