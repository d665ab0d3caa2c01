import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { TenantUid } from '../base/ids.ts';
import { tenantForTest } from '../reconcile/fleet-for-tests.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import { packPlacements, unpackPlacements } from './pack-placements.ts';
import type { Placement } from './shard-channel.ts';
import { withSharedBinds } from './shared-binds.ts';

function placement(name: string, over: Partial<TenantSpec>, fd: number): Placement {
  return {
    uid: '0123456789abcdef' as TenantUid,
    spec: tenantForTest(name, over),
    sockets: [
      { listenerId: 'smtp', bindIndex: 0, fd },
      { listenerId: 'http', bindIndex: 0, fd: null },
    ],
  };
}

const smtp = tenantForTest('x').smtp;
const settings: fc.Arbitrary<Partial<TenantSpec>> = fc.record(
  {
    label: fc.constantFrom('', 'A', 'B'),
    maxMessages: fc.nat(3),
    maxAgeMs: fc.nat(3),
    maxBytes: fc.nat(3),
    maxMessageSizeBytes: fc.nat(3),
    suspended: fc.boolean(),
    smtp: fc.constantFrom(smtp, { ...smtp, maxRecipients: 5 }),
    listeners: fc.constantFrom(...['a', 'b'].map(name => tenantForTest(name).listeners), []),
  },
  { requiredKeys: [] },
);

test('what was packed comes out as it was, but for the names in paths, also through JSON', () => {
  fc.assert(
    fc.property(fc.array(settings, { maxLength: 40 }), list => {
      const placements = list.map((over, at) => placement(`t${at}`, over, at));
      const packed = JSON.parse(JSON.stringify(packPlacements(placements)));
      const expected = placements.map(({ spec, ...rest }) => ({
        ...rest,
        spec: { ...spec, listeners: spec.listeners.map(listener => withSharedBinds(listener, spec.id)) },
      }));
      assert.deepEqual(unpackPlacements(packed), expected);
    }),
  );
});

test('tenants that are alike cost little more than their names', () => {
  const like = tenantForTest('like');
  const alike = Array.from({ length: 1000 }, (_, at) => {
    const { id } = tenantForTest(`t${at}`);
    return { ...placement('x', {}, at), spec: { ...like, id, ownHost: `${id}.example.com` } };
  });
  const packed = packPlacements(alike);
  assert.equal(packed.bases.length, 1);
  assert.ok(JSON.stringify(packed).length / alike.length < 130);
  const [first, second] = unpackPlacements(packed);
  assert.equal(first?.spec.listeners, second?.spec.listeners);
  assert.deepEqual([second?.spec.id, second?.spec.ownHost], ['t1', 't1.example.com']);
});
