import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantId } from '../base/ids.ts';
import { facts, filesIo } from './memory-suite.ts';
import { pageAccess, pageUrl } from './published-page.ts';
import { readFleet } from './read-fleet.ts';

async function page(proxy: string, tenant = '{}') {
  const text = `proxy: { ${proxy} }\ntenants:\n  a: ${tenant}\n`;
  const { fleet } = await readFleet({
    file: '/t.yaml',
    io: filesIo('/', new Map([['t.yaml', text]])),
    facts,
  });
  const spec = fleet?.tenants.get('a' as TenantId);
  assert.ok(fleet && spec);
  return [pageUrl(fleet.proxy, spec), pageAccess(spec)];
}

test('the address of a page is what a browser must be given', async () => {
  const domain = 'baseDomain: x.test';
  const tls = 'tls: { certificate: c, key: k';
  assert.deepEqual(await page(''), [null, 'closed']);
  assert.deepEqual(await page(domain), ['http://a.x.test/', 'closed']);
  assert.deepEqual(await page(`${domain}, listen: "127.0.0.1:8080"`), ['http://a.x.test:8080/', 'closed']);
  assert.deepEqual(await page(`${domain}, ${tls} }`), ['https://a.x.test/', 'closed']);
  assert.deepEqual(await page(`${domain}, ${tls}, listen: "8443" }`), ['https://a.x.test:8443/', 'closed']);
  assert.deepEqual(await page(domain, '{ auth: none, webroot: /m/ }'), ['http://a.x.test/m/', 'open']);
  assert.deepEqual(await page(domain, '{ ui: { authFile: u }, listeners: { http: { bind: ":1" } } }'), [
    null,
    'login',
  ]);
});
