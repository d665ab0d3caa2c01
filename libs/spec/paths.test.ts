import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantId } from '../base/ids.ts';
import { defaultDirs } from './default-dirs.ts';
import { isIncluded, ownFilePath, parseIncludePattern, resolvePath, tenantSocketPath } from './paths.ts';

const tenant = 'project-a' as TenantId;

test('joins sockets below the tenant', () => {
  assert.equal(tenantSocketPath('/run/mailpit', tenant, 'smtp'), '/run/mailpit/project-a/smtp.sock');
});

test('starts relative paths at the given folder', () => {
  assert.equal(resolvePath('/etc/mpctl', '../x//y/'), '/etc/x/y');
  assert.equal(resolvePath('/etc/mpctl', '/a/./b'), '/a/b');
});

test('takes folders of the system for root, else the own ones', () => {
  assert.deepEqual(defaultDirs({ uid: 0, runtimeDir: '/run/user/0', home: '/root' }), {
    runDir: '/run/mailpit',
    dataDir: '/var/lib/mpctl',
  });
  assert.deepEqual(defaultDirs({ uid: 1000, runtimeDir: '/run/user/1000', home: '/home/ann' }), {
    runDir: '/run/user/1000/mpctl',
    dataDir: '/home/ann/.local/state/mpctl',
  });
  assert.equal(
    defaultDirs({ uid: 1000, runtimeDir: null, home: '/home/ann' }).runDir,
    '/home/ann/.local/state/mpctl/.run',
  );
});

test('reads include patterns', () => {
  const pattern = parseIncludePattern('/etc/mpctl/tenants.yaml', 'tenants.d/*.yaml');
  assert.ok(pattern);
  assert.deepEqual(pattern, { dir: '/etc/mpctl/tenants.d', names: '*.yaml' });
  assert.ok(isIncluded(pattern, 'project-a.yaml'));
  assert.ok(!isIncluded(pattern, '.project-a.yaml'));
  assert.ok(!isIncluded(pattern, 'project-a.yaml~'));
  assert.ok(!isIncluded(pattern, 'project-a_yaml'));
  assert.equal(ownFilePath(pattern, tenant), '/etc/mpctl/tenants.d/project-a.yaml');
  assert.equal(parseIncludePattern('/etc/mpctl/tenants.yaml', 'x*/y.yaml'), null);
});

test('has no own file where a pattern names one file or leaves no place', () => {
  for (const names of ['more.yaml', '*-?.yaml', '*.*'])
    assert.equal(ownFilePath({ dir: '/etc', names }, tenant), null);
});
