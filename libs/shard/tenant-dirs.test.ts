import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TenantUid } from '../base/ids.ts';
import { newUidsPath } from '../spec/paths.ts';
import { tenantDirs } from './tenant-dirs.ts';

test('a tenant is found by its uid: in its folder, in the trash, before it has a folder', t => {
  const dataDir = mkdtempSync(join(tmpdir(), 'mp-dirs-'));
  t.after(() => rmSync(dataDir, { recursive: true }));
  const uidOf = (digit: string) => digit.repeat(16) as TenantUid;
  mkdirSync(join(dataDir, 'old'));
  writeFileSync(join(dataDir, 'old', 'uid'), `${uidOf('1')}\n`);
  mkdirSync(join(dataDir, '.trash', uidOf('2')), { recursive: true });
  mkdirSync(join(newUidsPath(dataDir), '..'), { recursive: true });
  writeFileSync(
    newUidsPath(dataDir),
    `\nfresh ${uidOf('3')}\nold ${uidOf('1')}\ngone ${uidOf('4')}\ngone left`,
  );
  const dirOf = tenantDirs(dataDir);
  assert.equal(dirOf(uidOf('1')), join(dataDir, 'old'));
  assert.equal(dirOf(uidOf('2')), join(dataDir, '.trash', uidOf('2')));
  assert.equal(dirOf(uidOf('3')), join(dataDir, 'fresh'));
  assert.equal(dirOf(uidOf('4')), null);
});

test('of a folder and a copy of it the first is found, whatever they are called, and no link to it', t => {
  const dataDir = mkdtempSync(join(tmpdir(), 'mp-dirs-'));
  t.after(() => rmSync(dataDir, { recursive: true }));
  const uid = '1'.repeat(16) as TenantUid;
  const write = (name: string) => {
    rmSync(join(dataDir, name), { recursive: true, force: true });
    mkdirSync(join(dataDir, name));
    writeFileSync(join(dataDir, name, 'uid'), `${uid}\n`);
    return statSync(join(dataDir, name, 'uid')).birthtimeMs;
  };
  const first = write('m');
  for (const name of ['z', 'a']) while (write(name) === first);
  symlinkSync('m', join(dataDir, '0'));
  assert.equal(tenantDirs(dataDir)(uid), join(dataDir, 'm'));
  renameSync(join(dataDir, 'm'), join(dataDir, 'zz'));
  assert.equal(tenantDirs(dataDir)(uid), join(dataDir, 'zz'));
});
