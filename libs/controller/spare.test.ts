import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { TenantUid } from '../base/ids.ts';
import { silentLogger } from '../base/log.ts';
import { tenantForTest } from '../reconcile/fleet-for-tests.ts';
import { bindSockets } from '../sockets/bind-sockets.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import type { TenantReport } from '../wire/report.ts';
import { firstSocketFd, shardConfig, type ToShard, wireVersion } from '../wire/shard-channel.ts';
import { bindsOf, HostedTenant, requestOf } from './hosted-tenant.ts';
import { isRunning } from './process-identity.ts';
import { Shards } from './shards.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mp-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Tells with `ready` what it heard, and later what it hears after that. */
const recording = `const heard = [];
process.on('message', message => {
  heard.push(message);
  const failures = [{id: JSON.stringify(heard)}];
  if (message.type === 'start') process.send({type: 'ready', wireVersion: ${wireVersion}, failures});
  else if (message.type === 'drop') process.send({type: 'tenant', tenant: failures[0]});
});`;

/** Shards that run this code on their channel; `now` is their time. */
function shardsRunning(code: string) {
  const program = join(dir, 'shard.mjs');
  writeFileSync(program, code);
  const world = { now: 1000, heard: [] as ToShard[], ends: 0 };
  const told = (reports: readonly TenantReport[]) => {
    world.heard = JSON.parse(reports[0]?.id ?? '[]');
  };
  const shards = new Shards(
    {
      command: { command: [process.execPath, program], environment: process.env },
      listPath: join(dir, 'shards.json'),
      log: silentLogger,
      clock: () => world.now,
    },
    {
      shardReady: (_, reports) => told(reports),
      shardEnded: () => world.ends++,
      tenantChanged: report => told([report]),
    },
  );
  const hears = async (type: ToShard['type']) => {
    while (!world.heard.some(message => message.type === type))
      await new Promise(done => setTimeout(done, 5));
  };
  return { shards, world, hears };
}

async function hosted(name: string, over: Partial<TenantSpec> = {}): Promise<HostedTenant> {
  const runDir = join(dir, 'run');
  const tenant = new HostedTenant(tenantForTest(name, over, runDir), 0);
  const bound = await bindSockets(bindsOf(tenant.spec).map(requestOf), {
    runDir,
    webGroup: 'none',
    occupied: 'refuse',
    api: 'private',
  });
  tenant.uid = name as TenantUid;
  tenant.sockets = bound.map(socket => (socket instanceof Error ? null : socket));
  return tenant;
}

const close = (tenants: readonly HostedTenant[]) =>
  Promise.all(tenants.flatMap(({ sockets }) => sockets.map(socket => socket?.close())));

const config = shardConfig(
  { hostname: '', runDir: '', dataDir: '', log: { level: 'error', format: 'json' } },
  {},
);
const names = (tenants: readonly HostedTenant[]) => tenants.map(({ spec }) => spec.id);

test('a spare becomes the next process that is started, on the sockets that it has', async () => {
  const { shards, world, hears } = shardsRunning(recording);
  const port = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
  const [smtp, http] = tenantForTest('c', {}, join(dir, 'run')).listeners;
  assert(smtp && http);
  const [a, b, c] = await Promise.all([
    hosted('a'),
    hosted('b'),
    hosted('c', { listeners: [smtp, { ...http, binds: [port] }] }),
  ]);
  await shards.spare.keep([a, b, c]);
  const pid = shards.spare.process?.pid;
  const late = await hosted('late');
  const left = await shards.start(config, [b, c, late]);
  assert.deepEqual(names(left), ['c', 'late'], 'a port and a new socket are sent');
  await hears('drop');
  assert.equal(shards.up(0)?.pid, pid);
  assert.equal(shards.spare.process, null);
  const [prepare, start, drop] = world.heard;
  assert(prepare?.type === 'prepare' && start?.type === 'start' && drop?.type === 'drop');
  const fds = start.tenants.tenants.flatMap(([, , , sockets]) => sockets.filter(one => Number(one) > 3));
  const all = [...fds, ...drop.fds].map(Number).sort((x, y) => x - y);
  assert.equal(fds.length, 2);
  assert.deepEqual(
    all,
    [0, 1, 2, 3, 4].map(at => firstSocketFd + at),
    'each has its use, or is closed',
  );
  await close([a, b, c, late]);
  shards.killAll();
});

test('a spare lets go of sockets that are closed, and does not count on them', async () => {
  const { shards, world, hears } = shardsRunning(recording);
  const [a, b] = [await hosted('a'), await hosted('b')];
  await shards.spare.keep([a, b]);
  const { process: spare } = shards.spare;
  assert(spare);
  spare.onTenant = report => {
    world.heard = JSON.parse(report.id);
  };
  shards.spare.drop(a.sockets);
  await hears('drop');
  assert.deepEqual(world.heard, [{ type: 'drop', fds: [firstSocketFd, firstSocketFd + 1] }]);
  assert.deepEqual(names(await shards.start(config, [a, b])), ['a']);
  await close([a, b]);
  shards.killAll();
});

test('a tenant on its way out is told of without its sockets, which are closed', async () => {
  const { shards, world, hears } = shardsRunning(recording);
  const a = await hosted('a');
  await close([a]);
  assert.deepEqual(await shards.start(config, [a]), []);
  await hears('start');
  const [start] = world.heard;
  assert(start?.type === 'start');
  assert.deepEqual(
    start.tenants.tenants.map(([uid, , , sockets]) => [uid, sockets]),
    [['a', []]],
  );
  shards.killAll();
});

test('it stays as long as it has nearly all sockets', async () => {
  const { shards } = shardsRunning(recording);
  await shards.spare.keep([]);
  const first = shards.spare.process?.pid;
  await shards.spare.keep([]);
  shards.spare.lacks(200);
  await shards.spare.keep([]);
  assert.equal(shards.spare.process?.pid, first);
  shards.spare.lacks(57);
  await shards.spare.keep([]);
  assert.notEqual(shards.spare.process?.pid, first);
  await shards.spare.end();
});

test('one that ends by itself is no end of a shard, and the next one comes a minute later', async () => {
  const { shards, world, hears } = shardsRunning('process.exit(1)');
  await shards.spare.keep([]);
  const { process: spare } = shards.spare;
  await spare?.ended;
  assert.equal(shards.spare.process, null);
  world.now += 59_999;
  await shards.spare.keep([]);
  assert.equal(shards.spare.process, null);
  writeFileSync(join(dir, 'shard.mjs'), recording);
  await shards.start(config, []);
  await hears('start');
  assert.deepEqual(shards.observed(), [{ shard: 0, state: 'up', endedAtMs: 0, earlyEnds: 0 }]);
  world.now += 1;
  await shards.spare.keep([]);
  assert.notEqual(shards.spare.process, null);
  assert.equal(world.ends, 0);
  shards.killAll();
});

test('one whose end was not heard of yet costs one start more', async () => {
  const { shards, world, hears } = shardsRunning(recording);
  await shards.spare.keep([]);
  process.kill(shards.spare.process?.pid ?? 0, 'SIGKILL');
  await shards.start(config, []);
  while (world.ends === 0) await new Promise(done => setTimeout(done, 5));
  assert.deepEqual(shards.observed(), [{ shard: 0, state: 'down', endedAtMs: 1000, earlyEnds: 1 }]);
  await shards.start(config, []);
  await hears('start');
  shards.killAll();
});

test('it is listed for the next controller, and ends with the shards', async () => {
  const { shards } = shardsRunning(
    `${recording}\nprocess.on('message', ({type}) => type === 'stop' && process.exit());`,
  );
  await shards.start(config, []);
  await shards.spare.keep([]);
  const listed = JSON.parse(readFileSync(join(dir, 'shards.json'), 'utf8'));
  const { identity } = shards.spare;
  assert(identity);
  assert.deepEqual(listed[0], identity);
  assert.equal(listed.length, 2);
  await shards.stopAll(0);
  assert.equal(await isRunning(identity), false);
  await shards.spare.keep([]);
  assert.equal(shards.spare.process, null, 'none is started by a daemon that ends');
});
