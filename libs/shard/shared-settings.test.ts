import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantId } from '../base/ids.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import { SharedSettings } from './shared-settings.ts';

function spec(name: string, changes: Partial<TenantSpec> = {}): TenantSpec {
  return {
    id: name as TenantId,
    label: name,
    user: null,
    suspended: false,
    listeners: [
      {
        id: 'smtp',
        protocol: 'smtp',
        binds: [{ kind: 'unix', path: `/run/${name}/smtp.sock` }],
        access: { owner: null, group: null, mode: 0o660, acl: [] },
        maxConnections: 0,
        backlog: 511,
        publicHost: '',
      },
    ],
    maxMessages: 500,
    maxAgeMs: 0,
    maxBytes: 0,
    maxMessageSizeBytes: 0,
    smtp: { maxRecipients: 100 },
    ...changes,
  };
}

test('what is equal becomes one object, what differs stays its own', () => {
  const settings = new SharedSettings();
  const [a, b, c] = ['a', 'b', 'c'].map(name => settings.share(spec(name)));
  const d = settings.share(spec('d', { smtp: { maxRecipients: 5 } }));
  assert(a && b && c);
  assert.equal(a.listeners, b.listeners);
  assert.equal(a.smtp, c.smtp);
  assert.deepEqual([a.id, b.id, d.smtp.maxRecipients, a.smtp.maxRecipients], ['a', 'b', 5, 100]);
  assert.deepEqual(a, { ...spec('a'), listeners: [{ ...spec('a').listeners[0], binds: [] }] });
});

test('settings that keep changing do not pile up', () => {
  const settings = new SharedSettings();
  for (let n = 0; n < 5000; n++) settings.share(spec('a', { smtp: { maxRecipients: n } }));
  const [a, b] = [settings.share(spec('a')), settings.share(spec('b'))];
  assert.equal(a.smtp, b.smtp);
});
