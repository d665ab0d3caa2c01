import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { silentLogger } from '../base/log.ts';
import { UserList } from './user-list.ts';

const env = (name: string) => ({ SET: 'e:1 f:2' })[name];

test('users that are written down and in variables are known at once', () => {
  const list = new UserList(['a:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=', 'env:SET'], {
    log: silentLogger,
    clock: () => 0,
    env,
  });
  assert.equal(list.check(), null);
  assert.deepEqual([...list.current.users.keys()], ['a', 'e', 'f']);
});

test('a variable that is not set lets nobody in, and a login is wanted', () => {
  const { users, malformed } = new UserList(['env:UNSET'], { log: silentLogger, clock: () => 0, env })
    .current;
  assert.deepEqual([users.size, malformed.length], [0, 1]);
});

test('files are read again when they change; one that vanishes leaves what was', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'mpctl-users-'));
  const file = join(dir, 'users');
  const errors: string[] = [];
  const log = { ...silentLogger, error: (_: object, message: string) => errors.push(message) };
  let now = 0;
  const list = new UserList([`file:${file}`], { log, clock: () => now, env });
  const users = async () => {
    now += 1000;
    await list.check();
    return [...list.current.users.keys()];
  };
  try {
    assert.deepEqual(await users(), []);
    assert.equal(list.current.malformed.length, 1, 'nobody is let in');
    assert.deepEqual(await users(), []);
    assert.equal(errors.length, 1, 'told once');
    writeFileSync(file, 'a:1\n');
    assert.deepEqual(await users(), ['a']);
    writeFileSync(file, 'a:1\nb:2\n');
    assert.equal(list.check(), null, 'not looked at twice in a second');
    assert.deepEqual(await users(), ['a', 'b']);
    rmSync(file);
    assert.deepEqual(await users(), ['a', 'b']);
    writeFileSync(file, '\n');
    assert.deepEqual(await users(), []);
    assert.equal(list.current.malformed.length, 0);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
