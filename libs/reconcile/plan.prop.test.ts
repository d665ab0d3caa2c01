import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fleetForTest, reach, tenantForTest, tenantId } from './fleet-for-tests.ts';
import { placeTenant } from './place.ts';
import { type Desired, plan } from './plan.ts';

const names = Array.from({ length: 12 }, (_, at) => `tenant-${at}`);

const desired: fc.Arbitrary<Desired> = fc.record({
  fleet: fc
    .uniqueArray(
      fc.record({ name: fc.constantFrom(...names), maxMessages: fc.nat(3), suspended: fc.boolean() }),
      { selector: tenant => tenant.name },
    )
    .map(tenants => fleetForTest(tenants.map(({ name, ...over }) => tenantForTest(name, over)))),
  shardCount: fc.integer({ min: 1, max: 4 }),
});

test('applying a plan reaches what is wanted, from anywhere, and then nothing is left to do', () => {
  fc.assert(
    fc.property(desired, desired, (first, second) => {
      const observed = reach(second, reach(first));
      assert.deepEqual(plan(second, observed, 0), { steps: [], wakeAtMs: null });
      assert.deepEqual(
        new Map([...observed.tenants].map(([id, { spec }]) => [id, spec])),
        second.fleet.tenants,
      );
      for (const { spec, shard } of observed.tenants.values()) {
        assert.equal(shard, placeTenant(spec.id, second.shardCount));
      }
    }),
  );
});

test('a plan touches only what differs', () => {
  fc.assert(
    fc.property(desired, desired, ({ fleet, shardCount }, other) => {
      const touched = plan({ fleet: other.fleet, shardCount }, reach({ fleet, shardCount }), 0).steps;
      for (const step of touched) {
        const id = step.kind === 'close' ? step.tenant : 'tenant' in step ? step.tenant.id : assert.fail();
        assert.notDeepEqual(fleet.tenants.get(id), other.fleet.tenants.get(id));
      }
    }),
  );
});

test('the order of the tenants does not matter', () => {
  fc.assert(
    fc.property(desired, desired, (want, before) => {
      const reversed = { ...want.fleet, tenants: new Map([...want.fleet.tenants].reverse()) };
      assert.deepEqual(plan({ ...want, fleet: reversed }, reach(before), 0), plan(want, reach(before), 0));
    }),
  );
});

test('one shard more moves its share of the tenants, and all of them to it', () => {
  const tenants = Array.from({ length: 5000 }, (_, at) => tenantId(`t${at}`));
  for (let shards = 1; shards <= 8; shards++) {
    const moved = tenants.filter(id => placeTenant(id, shards) !== placeTenant(id, shards + 1));
    assert.ok(moved.every(id => placeTenant(id, shards + 1) === shards));
    const share = moved.length / tenants.length;
    assert.ok(Math.abs(share - 1 / (shards + 1)) < 0.02, `${share} of the tenants moved to shard ${shards}`);
  }
});
