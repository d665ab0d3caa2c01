import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderIssue } from '../base/issue.ts';
import { facts, filesIo } from './memory-suite.ts';
import { type FleetReading, readFleet } from './read-fleet.ts';

const proxy = 'proxy: { baseDomain: mail.example.com }\n';

function read(text: string, previous: FleetReading | null = null): Promise<FleetReading> {
  const io = filesIo('/etc', new Map([['t.yaml', text]]));
  return readFleet({ file: '/etc/t.yaml', io, facts, previous });
}

const issuesOf = async (tenants: string, head = proxy) =>
  (await read(`${head}tenants:\n${tenants}`)).issues.map(renderIssue);

const shop = '  shop: { hostnames: mail.shop.example }\n';

test('a host name has one owner: the first', async () => {
  const issue =
    '/etc/t.yaml:4:34: tenants.late.hostnames[1]: mail.shop.example is a host name of shop already';
  assert.deepEqual(await issuesOf(`${shop}  late: { hostnames: [x.example, mail.shop.example] }\n`), [issue]);
  assert.deepEqual(await issuesOf(`${shop}  other: { hostnames: [x.example, x.example] }\n`), []);
});

test('who comes later, or is changed, is held against all others', async () => {
  const before = await read(`${proxy}tenants:\n${shop}  b: {}\n`);
  const after = `${proxy}tenants:\n  b: { hostnames: mail.shop.example }\n${shop}`;
  const { fleet, issues } = await read(after, before);
  assert.deepEqual([fleet, issues], [null, (await read(after)).issues]);
  assert.deepEqual(issues.map(renderIssue), [
    '/etc/t.yaml:4:22: tenants.shop.hostnames[0]: mail.shop.example is a host name of b already',
  ]);
});

test('host names that everyone has by default are told of at each but the first', async () => {
  const found = await issuesOf('  a: {}\n  b: {}\n', `${proxy}defaults: { hostnames: x.example }\n`);
  assert.deepEqual(found, ['/etc/t.yaml:5:3: tenants.b.hostnames[0]: x.example is a host name of a already']);
});

test('two tenants may share a site below different paths', async () => {
  const at = (name: string, webroot: string) =>
    `  ${name}: { webroot: ${webroot}, hostnames: shop.example }\n`;
  assert.deepEqual(await issuesOf(at('a', '/one/') + at('b', '/two/')), []);
  assert.equal((await issuesOf(at('a', '/one/') + at('b', '/one/'))).length, 1);
  assert.equal((await issuesOf(at('a', '/one/') + at('b', '/'))).length, 1);
});

for (const host of ['mail.example.com', 'panel.mail.example.com', 'b.mail.example.com']) {
  test(`nobody claims ${host}`, async () => {
    const [issue = ''] = await issuesOf(`  a: { hostnames: ${host} }\n  b: {}\n`);
    assert.match(issue, /tenants\.a\.hostnames\[0\]: .* belongs to the base domain/);
  });
}

test('one’s own name and deeper ones may be written down', async () => {
  const hostnames = '[a.mail.example.com, x.y.mail.example.com, notmail.example.com]';
  assert.deepEqual(await issuesOf(`  a: { hostnames: ${hostnames} }\n`), []);
});

test('without a web server nobody publishes anything', async () => {
  assert.deepEqual(await issuesOf('  a: { hostnames: x.example }\n  b: { hostnames: x.example }\n', ''), []);
});
