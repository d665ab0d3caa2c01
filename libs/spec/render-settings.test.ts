import assert from 'node:assert/strict';
import { test } from 'node:test';
import { facts, filesIo } from './memory-suite.ts';
import { readFleet } from './read-fleet.ts';
import { renderSettings } from './render-settings.ts';
import { tenantBinds } from './tenant-binds.ts';
import type { TenantSpec } from './tenant-spec.ts';

async function tenantOf(text: string): Promise<TenantSpec> {
  const { fleet, issues } = await readFleet({
    file: '/etc/t.yaml',
    io: filesIo('/etc', new Map([['t.yaml', text]])),
    facts,
  });
  assert.deepEqual(issues, []);
  const [tenant] = fleet?.tenants.values() ?? [];
  assert.ok(tenant);
  return tenant;
}

const rich = `tenants:
  a:
    label: "A: one"
    user: bob
    maxAge: 36h
    maxBytes: 2GiB
    maxMessages: 7
    smtp: { tlsCert: "sans:a.test", tlsKey: "sans:a.test", timeout: 90s, allowedRecipients: "@a\\\\.test$" }
    pop3: { authFile: /etc/a.users }
    limits: { perSource: { perMinute: { bytes: 5MiB } } }
    tag: 'sales,urgent=invoice "My tag"="some text"'
    hostnames: [a.example]
    listeners:
      smtp: { bind: ["unix:/s:600", "127.0.0.1:2525"], acl: ["u:eve:rw"] }
      pop3: { bind: ["[::1]:1110"] }
      more: { protocol: smtp, bind: [":26"], tls: none }
`;

test('settings have the names and forms of the tenants file', async () => {
  const settings = renderSettings(await tenantOf(rich));
  const { label, maxAge, maxBytes, maxMessageSize, tag, listeners } = settings;
  assert.deepEqual(
    [label, maxAge, maxBytes, maxMessageSize, tag],
    ['A: one', '36h', '2GiB', '50MiB', 'sales,urgent=invoice "My tag"="some text"'],
  );
  const { smtp, pop3 } = listeners as Record<string, Record<string, unknown>>;
  assert.deepEqual([smtp?.mode, smtp?.bind, smtp?.tls], ['600', ['unix:/s', '127.0.0.1:2525'], 'starttls']);
  assert.deepEqual(pop3?.bind, ['[::1]:1110']);
  assert.equal('id' in settings, false);
});

test('written into a file, they mean the same', async () => {
  for (const text of [rich, 'tenants: { a: }']) {
    const tenant = await tenantOf(text);
    assert.deepEqual(await tenantOf(JSON.stringify({ tenants: { a: renderSettings(tenant) } })), tenant);
  }
});

test('binds are told by protocol', async () => {
  assert.deepEqual(tenantBinds(await tenantOf(rich)), {
    smtp: ['unix:/s', '127.0.0.1:2525', '[::]:26'],
    http: [`unix:${facts.defaultRunDir}/a/http.sock`],
    pop3: ['[::1]:1110'],
  });
});
