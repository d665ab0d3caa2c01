import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restartAtMs } from './backoff.ts';
import { fleetForTest, tenantForTest, tenantId } from './fleet-for-tests.ts';
import { type HeldView, holdReason } from './hold.ts';
import { nothingObserved, type Observed, type ObservedShard } from './observed.ts';
import { plan } from './plan.ts';
import { shardCount } from './shard-count.ts';

const fleet = fleetForTest([tenantForTest('project-a')]);
const one = { fleet, shardCount: 1 };
const shard = (over: Partial<ObservedShard>): ObservedShard => ({
  shard: 0,
  state: 'up',
  endedAtMs: 0,
  earlyEnds: 0,
  ...over,
});
const observed = (over: Partial<Observed> = {}): Observed => ({
  fleet,
  shards: [shard({})],
  tenants: new Map(
    [...fleet.tenants].map(([id, spec]) => [
      id,
      { spec, shard: 0, webGroup: 'www-data', busy: false, hasLeft: false, retryAtMs: null },
    ]),
  ),
  ...over,
});

test('a shard that ended is started at once', () => {
  const ended = observed({ shards: [shard({ state: 'down', endedAtMs: 1000 })] });
  assert.deepEqual(plan(one, ended, 1000), { steps: [{ kind: 'start-shard', shard: 0 }], wakeAtMs: null });
});

test('a shard that is to go and ended is started again for as long as tenants have to leave it', () => {
  const shards = [shard({}), shard({ shard: 1, state: 'down', endedAtMs: 1000 })];
  const [[id, tenant] = []] = observed().tenants;
  assert.ok(id && tenant);
  const leaving = observed({ shards, tenants: new Map([[id, { ...tenant, shard: 1, busy: true }]]) });
  assert.deepEqual(plan(one, leaving, 1000).steps, [{ kind: 'start-shard', shard: 1 }]);
  assert.deepEqual(plan(one, observed({ shards }), 1000).steps, [{ kind: 'stop-shard', shard: 1 }]);
  const forgotten = { ...leaving, shards: [shard({})] };
  assert.deepEqual(plan(one, forgotten, 1000).steps, [{ kind: 'start-shard', shard: 1 }]);
});

test('a shard that keeps ending before it is ready waits longer each time, at most 5 s', () => {
  const delays = [0, 1, 2, 3, 4, 20].map(earlyEnds => restartAtMs(1000, earlyEnds) - 1000);
  assert.deepEqual(delays, [0, 0, 200, 400, 800, 5000]);
  const ended = observed({ shards: [shard({ state: 'down', endedAtMs: 1000, earlyEnds: 3 })] });
  assert.deepEqual(plan(one, ended, 1100), { steps: [], wakeAtMs: 1400 });
});

test('what could not be bound is tried again when its time has come', () => {
  const [spec] = [...fleet.tenants.values()];
  assert.ok(spec);
  const failed = observed({
    tenants: new Map([
      [spec.id, { spec, shard: 0, webGroup: 'www-data', busy: false, hasLeft: false, retryAtMs: 5000 }],
    ]),
  });
  assert.deepEqual(plan(one, failed, 4999), { steps: [], wakeAtMs: 5000 });
  assert.deepEqual(plan(one, failed, 5000).steps, [{ kind: 'retry', tenant: spec, shard: 0 }]);
});

test('a tenant whose step is under way is left alone', () => {
  const [spec] = [...fleet.tenants.values()];
  assert.ok(spec);
  const busy = observed({
    tenants: new Map([
      [spec.id, { spec, shard: 0, webGroup: 'www-data', busy: true, hasLeft: false, retryAtMs: 0 }],
    ]),
  });
  assert.deepEqual(plan(one, busy, 0).steps, []);
  assert.deepEqual(plan({ ...one, fleet: fleetForTest([]) }, busy, 0).steps, []);
});

test('a tenant that gave its name up is closed before another has it', () => {
  const [spec] = [...fleet.tenants.values()];
  assert.ok(spec);
  const left = { spec, shard: 0, webGroup: 'www-data', busy: false, hasLeft: true, retryAtMs: 0 };
  const planOf = (tenant: typeof left) => plan(one, observed({ tenants: new Map([[spec.id, tenant]]) }), 0);
  assert.deepEqual(planOf(left).steps, [{ kind: 'close', tenant: spec.id, shard: 0 }]);
  assert.deepEqual(planOf({ ...left, busy: true }).steps, []);
});

test('shards: one per core, more when the descriptors ask for it', () => {
  const needs = { sockets: 0, openDatabases: 0, connections: 0, limit: 1024 };
  assert.equal(shardCount(0, 2, needs), 2);
  assert.equal(shardCount(5, 2, needs), 5);
  assert.equal(shardCount(1, 2, needs), 1);
  assert.equal(shardCount(1, 2, { ...needs, sockets: 18_000, limit: 20_000 }), 1);
  assert.equal(shardCount(0, 2, { ...needs, sockets: 18_000, connections: 500, limit: 1024 }), 20);
});

test('the first plan opens everything', () => {
  assert.deepEqual(
    plan(one, nothingObserved, 0).steps.map(step => step.kind),
    ['start-shard', 'open'],
  );
});

const view = (texts: Record<string, string>, tenants: readonly string[]): HeldView => ({
  texts: new Map(Object.entries(texts)),
  tenants: new Set(tenants.map(tenantId)),
});
const many = Array.from({ length: 100 }, (_, at) => `t${at}`);

test('a text that looks cut off is held', () => {
  const before = view({ f: 'tenants:\n  a: {}\n  b: {}\n' }, ['a', 'b']);
  assert.match(holdReason(before, view({ f: 'tenants:\n  a: {}\n' }, ['a'])), /cut off/);
  assert.match(holdReason(before, view({ f: 'tenants:\n  a: {}\n' }, ['a'])), /; 1 of 2 tenants is gone: b$/);
  assert.match(holdReason(before, view({ f: '' }, [])), /cut off; 2 of 2 tenants are gone: a, b$/);
  assert.equal(holdReason(before, view({ f: 'tenants:\n  b: {}\n' }, ['b'])), '');
  assert.match(holdReason(before, view({ f: 'tenants:\n  a: {}\n  b: {}' }, ['a', 'b'])), /cut off/);
  assert.equal(holdReason(before, before), '');
});

test('a change that takes many tenants away is held', () => {
  assert.match(holdReason(view({ f: 'x' }, ['a']), view({ f: 'y' }, [])), /no tenant/);
  assert.equal(holdReason(view({ f: 'x' }, many), view({ f: 'y' }, many.slice(10))), '');
  assert.match(
    holdReason(view({ f: 'x' }, many), view({ f: 'y' }, many.slice(11))),
    /^11 of 100 tenants are gone: t0, t1, t2, t3, t4, …$/,
  );
  assert.equal(holdReason(view({ f: 'x' }, many.slice(0, 6)), view({ f: 'y' }, ['t0'])), '');
  assert.match(holdReason(view({ f: 'x' }, many.slice(0, 7)), view({ f: 'y' }, ['t0'])), /6 of 7/);
});
