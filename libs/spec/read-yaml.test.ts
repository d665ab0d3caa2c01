import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantId } from '../base/ids.ts';
import { fleetOf, tenantOf } from './fleet-suite.ts';
import { facts, filesIo } from './memory-suite.ts';
import { readFleet } from './read-fleet.ts';

test('reads a mode as it is written', async () => {
  for (const mode of ['640', '0640', '"0640"', "'640'", '0o640']) {
    const tenant = await tenantOf(`{ listeners: { http: { mode: ${mode} } } }`);
    assert.equal(tenant.listeners[1]?.access.mode, 0o640, mode);
  }
  const tenant = await tenantOf(
    '{ listeners: { http: { mode: 640, bind: ["unix:/h.sock:600", ":8025"] } } }',
  );
  assert.equal(tenant.listeners[1]?.access.mode, 0o600);
});

test('reads names as they are written', async () => {
  const names = ['1e3', '0x10', '123', 'null', 'true', 'no', '2024-01-01'];
  const fleet = await fleetOf(`tenants:\n${names.map(name => `  ${name}: {}\n`).join('')}`);
  assert.deepEqual([...fleet.tenants.keys()], names);
});

test('reads any style of YAML', async () => {
  const blocks = 'tenants:\n  a:\n    maxMessages: 7\n  b:\n';
  const styles = [
    blocks,
    blocks.replaceAll('\n', '\r\n'),
    `\uFEFF${blocks}`,
    `---\n${blocks}`,
    `# head\n\n---\n${blocks}...\n`,
    blocks.trimEnd(),
    '{ "tenants": { "a": { "maxMessages": 7 }, "b": null } }',
    'tenants: { a: { maxMessages: 7 }, b }',
    'tenants: {\n  a: {\n    maxMessages: 7 },\n  b: }\n',
    'x: &seven 7\n',
    'tenants:\n  "a": &a\n    maxMessages: 7\n  b: {}\n',
    '? tenants\n: ? a\n  : maxMessages: 7\n  ? b\n',
    'tenants:\n    a: {"maxMessages": "7"}   # c\n    b:\n\n    # end\n',
  ];
  for (const text of styles.filter(style => !style.startsWith('x:'))) {
    const fleet = await fleetOf(text);
    assert.deepEqual(
      [...fleet.tenants.values()].map(({ id, maxMessages }) => [id, maxMessages]),
      [
        ['a', 7],
        ['b', 500],
      ],
      text,
    );
  }
});

test('knows aliases', async () => {
  const fleet = await fleetOf('tenants:\n  a: &a { maxMessages: 7 }\n  b: *a\n');
  assert.equal(fleet.tenants.get('b' as TenantId)?.maxMessages, 7);
});

test('survives aliases that stand for more than fits in memory', async () => {
  const bomb = Array.from(
    { length: 40 },
    (_, i) => `  b${i}: &b${i} [${`*b${i - 1}, `.repeat(i > 0 ? 10 : 0)}x]`,
  );
  const files = new Map([['t.yaml', `tenants:\n${bomb.join('\n')}\n`]]);
  const { issues } = await readFleet({ file: '/t.yaml', io: filesIo('/', files), facts });
  assert.equal(issues.length, 40);
});

test('is not taken in by names that every object has', async () => {
  const pathsOf = async (text: string) => {
    const { issues } = await readFleet({
      file: '/t.yaml',
      io: filesIo('/', new Map([['t.yaml', text]])),
      facts,
    });
    return issues.map(({ path }) => path);
  };
  const text = [
    'constructor: 1',
    'tenants:',
    '  a: { suspended: constructor, toString: 1 }',
    '  b: { mailpit: { constructor: 1, MP_CONSTRUCTOR: 1 } }',
    '  c: { log: valueOf, listeners: { constructor: { protocol: smtp } } }',
    '  toString: {}',
  ].join('\n');
  assert.deepEqual((await pathsOf(text)).sort(), [
    'constructor',
    'tenants.a.suspended',
    'tenants.a.toString',
    'tenants.b.mailpit.MP_CONSTRUCTOR',
    'tenants.b.mailpit.constructor',
    'tenants.c.log',
    'tenants.toString',
  ]);
  for (const at of [
    '__proto__: 1',
    'tenants: { a: { mailpit: { __proto__: {} } } }',
    'tenants: { __proto__: {} }',
  ]) {
    assert.equal((await pathsOf(at)).length, 1, at);
  }
});
