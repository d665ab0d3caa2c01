import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlStatus, TenantRow } from '../../libs/wire/control-http.ts';
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

/** Waits until a process is ready for the next shard. */
async function sparePid(fleet: Fleet): Promise<number> {
  for (;;) {
    const { sparePid } = await fleet.ask<ControlStatus>('status');
    if (sparePid !== null) return sparePid;
    await sleep(100);
  }
}

/** Inodes of the unix sockets that a process has and listens on. */
function listeningSockets(pid: number): string[] {
  const listening = new Set(
    readFileSync('/proc/net/unix', 'utf8')
      .split('\n')
      .map(line => line.split(/\s+/))
      .filter(([, , , flags]) => flags === '00010000')
      .map(fields => fields[6]),
  );
  return readdirSync(`/proc/${pid}/fd`).flatMap(fd => {
    const inode = /^socket:\[(\d+)\]$/.exec(openAs(pid, fd))?.[1];
    return inode !== undefined && listening.has(inode) ? [inode] : [];
  });
}

/** What a descriptor leads to; empty: it was closed since it was listed. */
function openAs(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return '';
  }
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

for (const api of ['private', 'public'] as const) {
  test(`a process that was ready takes over from a shard that is killed (${api} API)`, {
    timeout,
  }, async t => {
    const publicSockets = api === 'public' ? '1' : '';
    await using fleet = await Fleet.serving(yaml, {
      MPCTL_SPARE_FROM: '1',
      MPCTL_PUBLIC_SOCKETS: publicSockets,
    });
    await using load = new Load(placesOf(fleet));
    for (let round = 0; round < Math.max(3, rounds / 20); round++) {
      const ready = await sparePid(fleet);
      // It has these not: they are sent to it.
      const name = `late-${round}`;
      assert.equal((await fleet.run(['tenant', 'add', name])).code, 0);
      const { shard } = await fleet.ask<TenantRow>('tenant', 'show', name);
      const { shards } = await fleet.ask<ControlStatus>('status');
      process.kill(shards.find(one => one.shard === shard)?.pid ?? 0, 'SIGKILL');
      await load.until(20);
      const after = await fleet.ask<ControlStatus>('status');
      assert.equal(after.shards.find(one => one.shard === shard)?.pid, ready);
      assert.equal((await fleet.get(name, '/livez')).status, 200);
      assert.deepEqual(after.tenants.states, { listening: names.length + round + 1 });
    }
    // What it inherited and does not use is closed: it has no more than one that was started anew.
    const { shards } = await fleet.ask<ControlStatus>('status');
    const sockets = shards.map(({ pid }) => listeningSockets(pid ?? 0));
    assert.equal(sockets.flat().length, new Set(sockets.flat()).size, 'no socket is held by two shards');
    t.diagnostic(`${load.mails} mails, ${load.cut} cut, slowest ${Math.round(load.slowestMs)} ms`);
    assert.deepEqual(load.refused, []);
  });
}

test('a tenant that goes leaves no socket in a process that is ready', { timeout }, async () => {
  await using fleet = await Fleet.serving(yaml, { MPCTL_SPARE_FROM: '1' });
  const ready = await sparePid(fleet);
  assert.equal(listeningSockets(ready).length, 2 * names.length);
  assert.equal((await fleet.run(['tenant', 'remove', 'tenant-3', '--yes'])).code, 0);
  // It is told so, and nobody waits for it.
  while (listeningSockets(ready).length > 2 * (names.length - 1)) await sleep(20);
});

test('one that is killed while it waits or starts harms nobody', { timeout }, async () => {
  await using fleet = await Fleet.serving(yaml, { MPCTL_SPARE_FROM: '1' });
  await using load = new Load(placesOf(fleet));
  const ready = await sparePid(fleet);
  process.kill(ready, 'SIGKILL');
  const [before] = await shardPids(fleet);
  process.kill(before ?? 0, 'SIGKILL');
  await load.until(50);
  assert.deepEqual(load.refused, []);
  const { tenants, shards } = await fleet.ask<ControlStatus>('status');
  assert.deepEqual(tenants.states, { listening: names.length });
  assert.equal(
    shards.some(({ pid }) => pid === ready || pid === before),
    false,
  );
});

test('a killed controller leaves nothing behind, and the next one serves', { timeout }, async t => {
  await using fleet = await Fleet.serving(yaml, { MPCTL_SPARE_FROM: '1' });
  const ready = await sparePid(fleet);
  for (let round = 0; round < Math.max(3, rounds / 10); round++) {
    const before = await shardPids(fleet);
    assert.equal(before.length > 0, true);
    if (round === 0) before.push(ready);
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
