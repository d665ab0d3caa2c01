import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantForTest } from '../reconcile/fleet-for-tests.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import { SharedSettings } from './shared-settings.ts';

function spec(name: string, changes: Partial<TenantSpec> = {}): TenantSpec {
  return tenantForTest(name, { label: name, ...changes });
}

test('what is equal becomes one object, what differs stays its own', () => {
  const settings = new SharedSettings();
  const [a, b, c] = ['a', 'b', 'c'].map(name => settings.share(spec(name)));
  const d = settings.share(spec('d', { smtp: { ...spec('d').smtp, maxRecipients: 5 } }));
  assert(a && b && c);
  assert.equal(a.listeners, b.listeners);
  assert.equal(a.smtp, c.smtp);
  assert.deepEqual([a.id, b.id, d.smtp.maxRecipients, a.smtp.maxRecipients], ['a', 'b', 5, 100]);
  assert.deepEqual(a, {
    ...spec('a'),
    listeners: spec('a').listeners.map(one => ({ ...one, binds: [{ kind: 'unix', path: '' }] })),
  });
});

test('settings that keep changing do not pile up', () => {
  const settings = new SharedSettings();
  const { smtp } = spec('a');
  for (let n = 0; n < 5000; n++) settings.share(spec('a', { smtp: { ...smtp, maxRecipients: n } }));
  const [a, b] = [settings.share(spec('a')), settings.share(spec('b'))];
  assert.equal(a.smtp, b.smtp);
});
