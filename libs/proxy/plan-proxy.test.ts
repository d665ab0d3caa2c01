import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fleetForTest, tenantForTest } from '../reconcile/fleet-for-tests.ts';
import type { ProxySpec } from '../spec/proxy-spec.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import { planProxy } from './plan-proxy.ts';
import type { ProxyModel } from './proxy-model.ts';

const tls = {
  certificate: '/c.pem',
  key: '/c.key',
  listen: [{ kind: 'tcp', host: '::', port: 443 }],
} as const;
const noKeys = { certificate: null, key: null, include: null };

function tenant(name: string, over: Partial<TenantSpec> = {}): TenantSpec {
  return tenantForTest(name, { ownHost: `${name}.mail.example.com`, auth: 'none', ...over });
}

function atSocket(name: string, ...binds: TenantSpec['listeners'][number]['binds']): TenantSpec {
  const usual = tenant(name);
  return { ...usual, listeners: usual.listeners.map(one => (one.id === 'http' ? { ...one, binds } : one)) };
}

function plan(parts: Partial<ProxySpec>, ...tenants: TenantSpec[]) {
  const { proxy } = fleetForTest([]);
  return planProxy(fleetForTest(tenants, { proxy: { ...proxy, baseDomain: 'mail.example.com', ...parts } }));
}

/** The model where nothing stands in the way. */
function modelOf(...args: Parameters<typeof plan>): ProxyModel {
  const { model } = plan(...args);
  assert.ok(model);
  return model;
}

const codes = (result: ReturnType<typeof plan>) => result.issues.map(({ code, path }) => `${code} ${path}`);

test('in mode wildcard a tenant changes nothing', () => {
  const one = plan({}, tenant('a'));
  assert.deepEqual(one.model, modelOf({}, tenant('a'), tenant('b')));
  assert.deepEqual(one.issues, []);
});

test('in mode map only own host names do, sorted', () => {
  const model = modelOf({ mode: 'map' }, tenant('b', { hostnames: ['x.b', 'a.b'] }), tenant('a'));
  assert.deepEqual(model.hosts, [
    { host: 'a.b', tenant: 'b' },
    { host: 'x.b', tenant: 'b' },
  ]);
  assert.deepEqual(model.sites, []);
});

test('in mode vhost everyone has a server with all names', () => {
  const model = modelOf({ mode: 'vhost' }, tenant('b', { hostnames: ['x.b'] }), tenant('a'));
  assert.deepEqual(
    model.sites.map(site => [site.tenant, ...site.hosts]),
    [
      ['a', 'a.mail.example.com'],
      ['b', 'b.mail.example.com', 'x.b'],
    ],
  );
});

test('a certificate, directives or a socket of its own give a server of its own in every mode', () => {
  const own = { certificate: '/x.pem', key: '/x.key', include: null };
  const model = modelOf(
    { tls },
    tenant('a', { proxy: own }),
    tenant('b', { proxy: { ...noKeys, include: '/i.conf' } }),
    atSocket('c', { kind: 'unix', path: '/srv/c.sock' }),
    tenant('d'),
  );
  assert.deepEqual(
    model.sites.map(site => site.tenant),
    ['a', 'b', 'c'],
  );
});

test('the hosts of a tenant with a webroot are somebody else’s site: never served, only included', () => {
  const model = modelOf(
    { mode: 'vhost' },
    tenant('a', { webroot: '/mailpit/', hostnames: ['shop.example'] }),
  );
  assert.deepEqual(model.sites[0]?.hosts, ['a.mail.example.com']);
  assert.deepEqual(model.subpaths, [{ tenant: 'a', socketPath: '/run/t/a/http.sock', webroot: '/mailpit/' }]);
});

test('what is not private, not reachable or not served is said', () => {
  const result = plan(
    {},
    tenant('a', { auth: null }),
    atSocket('b', { kind: 'tcp', host: '::1', port: 80 }),
    tenant('c', { hostnames: ['c.example'] }),
  );
  assert.deepEqual(codes(result), [
    'PROXY_NOT_PRIVATE tenants.a',
    'PROXY_NO_SOCKET tenants.b.listeners.http',
    'PROXY_HOST_UNSERVED tenants.c.hostnames',
  ]);
  assert.ok(result.issues.every(issue => issue.severity === 'warning'));
});

test('a certificate needs its key, and proxy.tls', () => {
  const proxy = { certificate: '/x.pem', key: '/x.key', include: null };
  assert.deepEqual(codes(plan({}, tenant('a', { proxy }))), ['PROXY_CERTIFICATE tenants.a.proxy']);
  assert.deepEqual(codes(plan({ tls }, tenant('a', { proxy: { ...proxy, key: null } }))), [
    'PROXY_CERTIFICATE tenants.a.proxy',
  ]);
});

for (const bad of [
  'relative',
  '/a;b',
  '/a"b',
  '/a$b',
  '/a%b',
  '/a\nb',
  '/a:b',
  '/a|b',
  '/a\\b',
  '/a{b',
  '/*',
]) {
  test(`no path ${JSON.stringify(bad)} anywhere`, () => {
    const all = plan(
      { acmeRoot: bad, include: [bad], outputDir: bad, tls: { ...tls, certificate: bad, key: bad } },
      tenant('a', { proxy: { certificate: bad, key: bad, include: bad } }),
      atSocket('b', { kind: 'unix', path: bad }),
    );
    assert.deepEqual(codes(all), [
      'PROXY_UNSAFE_PATH proxy.outputDir',
      'PROXY_UNSAFE_PATH proxy.acmeRoot',
      'PROXY_UNSAFE_PATH proxy.tls.certificate',
      'PROXY_UNSAFE_PATH proxy.tls.key',
      'PROXY_UNSAFE_PATH proxy.include.0',
      'PROXY_UNSAFE_PATH tenants.a.proxy.certificate',
      'PROXY_UNSAFE_PATH tenants.a.proxy.key',
      'PROXY_UNSAFE_PATH tenants.a.proxy.include',
      'PROXY_UNSAFE_PATH tenants.b.listeners.http',
    ]);
  });
}

test('more than 1,000 servers are warned of', () => {
  const many = Array.from({ length: 1001 }, (_, index) => tenant(`t${index}`));
  assert.deepEqual(codes(plan({ mode: 'vhost' }, ...many)), ['PROXY_MANY_SITES proxy.mode']);
  assert.deepEqual(codes(plan({}, ...many)), []);
});
