import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { takeDataLock } from './data-lock.ts';
import { identifyProcess } from './process-identity.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mpctl-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('a data folder is one process’s until it lets go', async () => {
  const lock = await takeDataLock(dir, '/run/one');
  await assert.rejects(takeDataLock(dir, '/run/two'), {
    code: 'DATA_FOLDER_IN_USE',
    message: new RegExp(`process ${process.pid}\\)`),
  });
  lock[Symbol.dispose]();
  using next = await takeDataLock(dir, '/run/two');
  assert.equal(next.formerRunDir, null);
  assert.deepEqual(readdirSync(join(dir, '.state')), ['lock', 'lock.spare']);
});

test('a second start needs no room for its lock', async () => {
  const inodeOf = (name: string) => statSync(join(dir, '.state', name)).ino;
  (await takeDataLock(dir, '/run/one'))[Symbol.dispose]();
  const spare = inodeOf('lock.spare');
  using _lock = await takeDataLock(dir, '/run/a-longer-one');
  assert.equal(inodeOf('lock'), spare);
  assert.equal(JSON.parse(readFileSync(join(dir, '.state/lock'), 'utf8')).runDir, '/run/a-longer-one');
});

test('a killed process’s lock is taken over, and tells where its shards were', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
  const named = { ...(await identifyProcess(child.pid ?? 0)), runDir: '/run/killed' };
  (await takeDataLock(dir, ''))[Symbol.dispose]();
  const path = join(dir, '.state/lock');
  writeFileSync(path, JSON.stringify(named));
  await assert.rejects(takeDataLock(dir, '/run/two'), { code: 'DATA_FOLDER_IN_USE' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  {
    using taken = await takeDataLock(dir, '/run/two');
    assert.equal(taken.formerRunDir, '/run/killed');
  }
  assert.ok(!existsSync(path));
});

test('where there is no room for a spare one the lock becomes it, whether its holder let go or was killed', async () => {
  const inodeOf = (name: string) => statSync(join(dir, '.state', name)).ino;
  const first = await takeDataLock(dir, '/run/one');
  const inode = inodeOf('lock');
  rmSync(join(dir, '.state/lock.spare'));
  first[Symbol.dispose]();
  assert.deepEqual(readdirSync(join(dir, '.state')), ['lock.spare']);
  const killed = await takeDataLock(dir, '/run/two');
  assert.equal(inodeOf('lock'), inode);
  rmSync(join(dir, '.state/lock.spare'));
  const lock = join(dir, '.state/lock');
  const named = JSON.parse(readFileSync(lock, 'utf8'));
  writeFileSync(lock, JSON.stringify({ ...named, startedAt: 'long ago, by another clock' }), { flag: 'r+' });
  const next = await takeDataLock(dir, '/run/three');
  assert.deepEqual([inodeOf('lock'), next.formerRunDir], [inode, '/run/two']);
  assert.equal(statSync(lock).size, 4096);
  next[Symbol.dispose]();
  killed[Symbol.dispose]();
});
