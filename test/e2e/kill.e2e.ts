import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlStatus } from '../../libs/wire/control-http.ts';
import { Fleet } from '../harness/fleet.ts';
import { seeded } from '../harness/ledger.ts';
import { Load } from '../harness/load.ts';

const rounds = process.env.MPCTL_SOAK ? 1000 : 8;
const seed = Number(process.env.MPCTL_SEED ?? Date.now() % 1e9);
const random = seeded(seed);

/** Of the long loops; the short ones take seconds. */
const timeout = 4 * 3_600_000;

const names = Array.from({ length: 20 }, (_, at) => `tenant-${at}`);
const yaml = `tenants:\n${names.map(name => `  ${name}: {}\n`).join('')}`;

const placesOf = (fleet: Fleet) =>
  names.map(name => ({ smtp: fleet.socketPath(name, 'smtp'), http: fleet.socketPath(name, 'http') }));

async function shardPids(fleet: Fleet): Promise<number[]> {
  const { shards } = await fleet.ask<ControlStatus>('status');
  return shards.flatMap(({ pid }) => pid ?? []);
}

function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

for (const api of ['private', 'public'] as const) {
  test(`shards killed under load refuse nobody, ${rounds} times (${api} API, seed ${seed})`, {
    timeout,
  }, async t => {
    await using fleet = await Fleet.serving(yaml, { MPCTL_PUBLIC_SOCKETS: api === 'public' ? '1' : '' });
    await using load = new Load(placesOf(fleet));
    for (let round = 0; round < rounds; round++) {
      const pids = await shardPids(fleet);
      const victim = pids[Math.floor(random() * pids.length)];
      assert.ok(victim);
      process.kill(victim, 'SIGKILL');
      await load.until(20);
      await sleep(random() * 100);
    }
    const { shards, tenants } = await fleet.ask<ControlStatus>('status');
    t.diagnostic(`${load.mails} mails, ${load.cut} cut, slowest ${Math.round(load.slowestMs)} ms`);
    assert.deepEqual(load.refused, []);
    assert.deepEqual(tenants.states, { listening: names.length });
    assert.equal(
      shards.reduce((sum, { restarts }) => sum + restarts, 0),
      rounds,
    );
  });
}

test('a killed controller leaves nothing behind, and the next one serves', { timeout }, async t => {
  await using fleet = await Fleet.serving(yaml);
  for (let round = 0; round < Math.max(3, rounds / 10); round++) {
    const before = await shardPids(fleet);
    assert.equal(before.length > 0, true);
    await using _load = new Load(placesOf(fleet), 2);
    await sleep(random() * 300);
    await fleet.stop('SIGKILL');
    // At once half of the time: its shards may still be ending.
    if (round % 2 === 0) {
      await sleep(1000);
      assert.deepEqual(before.filter(isRunning), [], 'shards end within 1 s of their controller');
    }
    const startedAtMs = performance.now();
    await fleet.serve();
    t.diagnostic(`serves again after ${Math.round(performance.now() - startedAtMs)} ms`);
    assert.deepEqual(before.filter(isRunning), []);
    const { tenants } = await fleet.ask<ControlStatus>('status');
    assert.deepEqual(tenants.states, { listening: names.length });
  }
});

test('a second daemon on the run folder is refused and told the process', async () => {
  await using fleet = await Fleet.serving(yaml);
  const second = await fleet.run(['serve']);
  assert.equal(second.code, 1);
  assert.match(second.stderr, new RegExp(`process ${fleet.pid}\\b`));
  assert.equal((await fleet.get('tenant-1', '/livez')).status, 200);
});

test('stopping ends everything and leaves no socket', async () => {
  await using fleet = await Fleet.serving(yaml);
  const pids = await shardPids(fleet);
  assert.equal(await fleet.stop(), 0);
  assert.deepEqual(pids.filter(isRunning), []);
  assert.equal(existsSync(fleet.socketPath('tenant-1', 'smtp')), false);
  assert.equal(existsSync(join(fleet.runDir, '.control.sock')), false);
});
