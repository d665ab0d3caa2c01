import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantId } from '../base/ids.ts';
import { fleetOf, tenantOf } from './fleet-suite.ts';
import { facts, filesIo } from './memory-suite.ts';
import { readFleet } from './read-fleet.ts';

test('takes a key from the nearest of six places', async () => {
  const layers = ['maxMessages: 1', 'mailpit: { MP_MAX_MESSAGES: 2 }', 'envFile: a.env'];
  const more = { 'a.env': 'MP_MAX_MESSAGES=3', 'd.env': 'MP_MAX_MESSAGES=6' };
  const defaults = ['maxMessages: 4', 'mailpit: { MP_MAX_MESSAGES: 5 }', 'envFile: d.env'];
  const places = [...defaults.map(line => ['defaults', line]), ...layers.map(line => ['a', line])];
  const order = ['a', 'defaults'].flatMap(where => places.filter(([at]) => at === where));
  for (let skip = 0; skip <= order.length; skip++) {
    const lines = (where: string) => order.slice(skip).flatMap(([at, line]) => (at === where ? [line] : []));
    const text = `defaults: { ${lines('defaults').join(', ')} }\ntenants:\n  a: { ${lines('a').join(', ')} }\n`;
    const fleet = await fleetOf(text, more);
    assert.equal(fleet.tenants.get('a' as TenantId)?.maxMessages, skip < 6 ? skip + 1 : 500, text);
  }
});

test('reads Mailpit names with their own units', async () => {
  const settings = [
    'MP_MAX_MESSAGES: -1',
    'MP_MAX_MESSAGE_SIZE: 5',
    'MP_MAX_AGE: 24h',
    'MP_LABEL: "  two   words "',
    'MP_SMTP_MAX_RECIPIENTS: 3',
    'MP_SMTP_BIND_ADDR: "[::]:1025"',
    'MP_UI_BIND_ADDR: ""',
  ];
  const tenant = await tenantOf(`\n  mailpit:\n    ${settings.join('\n    ')}`);
  assert.equal(tenant.maxMessages, 0);
  assert.equal(tenant.maxMessageSizeBytes, 5 * 1024 ** 2);
  assert.equal(tenant.maxAgeMs, 86_400_000);
  assert.equal(tenant.label, 'two words');
  assert.equal(tenant.smtp.maxRecipients, 3);
  assert.deepEqual(tenant.listeners[0]?.binds, [{ kind: 'tcp', host: '::', port: 1025 }]);
  assert.equal(tenant.listeners[1]?.binds[0]?.kind, 'unix');
});

test('reads environment files', async () => {
  const env =
    '# comment\n\nTZ=UTC\nexport MP_LABEL="Our  inbox"\r\nMP_MAX_AGE=1d\nMP_MAX_AGE=2d\nMP_UI_BIND_ADDR=\n';
  const tenant = await tenantOf('{ envFile: a.env }', { 'a.env': env });
  assert.equal(tenant.label, 'Our inbox');
  assert.equal(tenant.maxAgeMs, 2 * 86_400_000);
});

test('takes tags from a file again when it changes, and no other tenant with it', async () => {
  const files = new Map([
    ['t.yaml', 'tenants:\n  a: { tags: { config: tags.yaml }, tag: "x=Y" }\n  b: {}\n'],
    ['tags.yaml', 'filters: [{ match: Paid, tags: "p, q" }]'],
  ]);
  const request = { file: '/etc/mpctl/t.yaml', io: filesIo('/etc/mpctl', files), facts };
  const before = await readFleet(request);
  const filtersOf = ({ fleet }: typeof before) => fleet?.tenants.get('a' as TenantId)?.tags.filters;
  assert.deepEqual(filtersOf(before), [
    { match: 'y', tags: ['x'] },
    { match: 'Paid', tags: ['p', 'q'] },
  ]);
  files.set('tags.yaml', 'filters: []');
  const after = await readFleet({ ...request, previous: before });
  assert.deepEqual(filtersOf(after), [{ match: 'y', tags: ['x'] }]);
  const b = 'b' as TenantId;
  assert.equal(after.fleet?.tenants.get(b), before.fleet?.tenants.get(b));
  const again = await readFleet({ ...request, previous: after });
  assert.equal(again.fleet?.tenants.get('a' as TenantId), after.fleet?.tenants.get('a' as TenantId));
});

test('takes tags for everybody from the file that the defaults name', async () => {
  const text =
    'defaults: { tags: { config: tags.yaml } }\ntenants:\n  a: { tags: { titleCase: true } }\n  b:\n';
  const files = new Map([
    ['t.yaml', text],
    ['tags.yaml', 'filters: [{ match: m, tags: t }]'],
  ]);
  const request = { file: '/etc/mpctl/t.yaml', io: filesIo('/etc/mpctl', files), facts };
  const before = await readFleet(request);
  files.set('tags.yaml', 'filters: [{ match: n, tags: t }]');
  const { fleet } = await readFleet({ ...request, previous: before });
  const filters = [...(fleet?.tenants.values() ?? [])].map(({ tags }) => tags.filters);
  assert.deepEqual(filters, [[{ match: 'n', tags: ['t'] }], [{ match: 'n', tags: ['t'] }]]);
});
