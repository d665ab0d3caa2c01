import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterLoss, retryDelayMs } from './connection.ts';
import { Live } from './live.ts';

test('the wait doubles up to 30 s', () => {
  const delays = [1, 2, 3, 10, 1000].map(tries => retryDelayMs(tries, 0.5));
  assert.deepEqual(delays, [500, 1000, 2000, 30_000, 30_000]);
  assert.equal(retryDelayMs(1, 0), 375);
});

test('a loss keeps since when', () => {
  const first = afterLoss({ state: 'live' }, 1000, 0.5);
  const second = afterLoss(first, 5000, 0.5);
  assert.deepEqual(second, { state: 'waiting', tries: 2, retryAtMs: 6000, sinceMs: 1000 });
});

test('it comes back by itself after each loss, however many', () => {
  const sockets: { onopen?: () => void; onclose?: () => void }[] = [];
  const waits: (() => void)[] = [];
  let opened = 0;
  const world = {
    open: () => {
      const socket = {};
      sockets.push(socket);
      return socket as WebSocket;
    },
    nowMs: () => 0,
    random: () => 0.5,
    after: (_ms: number, run: () => void) => {
      waits.push(run);
      return () => {};
    },
  };
  const live = new Live(
    'ws://x',
    world,
    () => {},
    () => opened++,
  );
  live.connect();
  for (let i = 0; i < 20; i++) {
    sockets.at(-1)?.onopen?.();
    assert.equal(live.connection.value.state, 'live');
    sockets.at(-1)?.onclose?.();
    assert.equal(live.connection.value.state, 'waiting');
    waits.at(-1)?.();
  }
  assert.equal(opened, 20);
});
