/** Tenants that cannot have their folders: each alone, in words, and no longer than what is wrong lasts. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Disk } from '../harness/disk/disk.ts';
import { Fleet } from '../harness/fleet.ts';
import { killAll } from '../harness/kill-shards.ts';
import { sendMail } from '../harness/smtp-talk.ts';

const skip = process.platform === 'linux' ? false : 'needs LD_PRELOAD';
const yamlOf = (...names: string[]) =>
  `shards: 1\ntenants: { ${names.map(name => `${name}: {}`).join(', ')} }\n`;

type Shown = { readonly state: string; readonly error: string; readonly uid: string | null };
const show = (fleet: Fleet, name: string) => fleet.ask<Shown>('tenant', 'show', name);

const send = (fleet: Fleet, tenant: string, subject: string) =>
  sendMail(fleet.socketPath(tenant, 'smtp'), subject);

async function count(fleet: Fleet, tenant: string): Promise<number> {
  const { status, body } = await fleet.get(tenant, '/api/v1/messages?limit=1');
  assert.equal(status, 200, body);
  return JSON.parse(body).total;
}

async function untilWell(fleet: Fleet, name: string): Promise<void> {
  while ((await show(fleet, name)).state !== 'listening') await sleep(200);
  assert.match((await show(fleet, name)).uid ?? '', /^[0-9a-f]{16}$/);
  assert.match((await send(fleet, name, 'now')) ?? '', /^250/);
}

test('on a full disk who has a folder can be read, and who has none comes when there is room', {
  skip,
}, async () => {
  await using fleet = new Fleet(yamlOf('a', 'b'));
  using disk = new Disk(fleet.dataDir);
  await fleet.serve(disk.env);
  for (const name of ['a', 'b']) {
    assert.match((await send(fleet, name, 'old')) ?? '', /^250/);
    assert.equal(await count(fleet, name), 1);
  }
  await killAll(fleet);
  fleet.write(yamlOf('a', 'b', 'fresh'));
  const files = ['.journal/', '/mail.db', '/uid', 'new-uids', '/fresh'];
  disk.fail(
    ...files.map(file => ['write', 'ENOSPC', file] as const),
    ...files.slice(1).map(file => ['create', 'ENOSPC', file] as const),
  );
  await fleet.serve(disk.env);
  assert.deepEqual([await count(fleet, 'a'), await count(fleet, 'b')], [1, 1]);
  const { state, error } = await show(fleet, 'fresh');
  assert.equal(state, 'failed');
  assert.match(error, /fresh.*ENOSPC/);
  disk.heal();
  await untilWell(fleet, 'fresh');
  assert.equal(await count(fleet, 'fresh'), 1);
});

test('a folder that cannot be used is one tenant’s trouble, and over when it is mended', async () => {
  await using fleet = new Fleet(yamlOf('a', 'b', 'c', 'd'));
  await fleet.serve();
  for (const name of ['a', 'b', 'c', 'd']) {
    assert.match((await send(fleet, name, 'old')) ?? '', /^250/);
    while (!(await count(fleet, name))) await sleep(50);
    while (!existsSync(join(fleet.dataDir, name, 'uid'))) await sleep(50);
  }
  await fleet.stop();
  const path = (...words: string[]) => join(fleet.dataDir, ...words);
  renameSync(path('b', 'uid'), path('b', 'kept'));
  mkdirSync(path('b', 'uid'));
  renameSync(path('c'), path('.c'));
  writeFileSync(path('c'), '');
  rmSync(path('d'), { recursive: true });
  symlinkSync('a', path('d'));
  await fleet.serve();
  assert.equal(await count(fleet, 'a'), 1);
  assert.match((await show(fleet, 'b')).error, /data\/b: EISDIR/);
  assert.match((await show(fleet, 'c')).error, /data\/c: it is no folder/);
  assert.match((await show(fleet, 'd')).error, /data\/d: it is a symbolic link/);
  assert.match((await fleet.run(['tenant', 'list'])).stdout, /symbolic link/);
  rmdirSync(path('b', 'uid'));
  renameSync(path('b', 'kept'), path('b', 'uid'));
  rmSync(path('c'));
  renameSync(path('.c'), path('c'));
  rmSync(path('d'));
  for (const [name, mails] of [
    ['b', 2],
    ['c', 2],
    ['d', 1],
  ] as const) {
    await untilWell(fleet, name);
    assert.equal(await count(fleet, name), mails);
  }
});

test('who could not be noted while the fleet runs comes later, and harms no neighbour', async () => {
  await using fleet = await Fleet.serving(yamlOf('a'));
  const newUids = join(fleet.dataDir, '.state', 'new-uids');
  rmSync(newUids, { force: true });
  mkdirSync(newUids);
  const added = await fleet.run(['tenant', 'add', 'late']);
  assert.equal((await show(fleet, 'late')).state, 'failed');
  assert.notEqual(added.code, 0);
  rmdirSync(newUids);
  await untilWell(fleet, 'late');
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, at) => send(fleet, at % 2 ? 'a' : 'late', String(at))),
  );
  assert.deepEqual(
    answers.filter(answer => !answer?.startsWith('250')),
    [],
  );
  assert.doesNotMatch(fleet.log, /AssertionError|TypeError/);
});

test('of a folder and its copy the first is served, with all its mail, and the copy becomes another when it is told to', async () => {
  await using fleet = await Fleet.serving(yamlOf('m'));
  const uid = (await show(fleet, 'm')).uid;
  for (let at = 0; at < 20; at++) assert.match((await send(fleet, 'm', String(at))) ?? '', /^250/);
  while (existsSync(join(fleet.dataDir, '.state', 'new-uids'))) await sleep(50);
  await killAll(fleet);
  for (const copy of ['a', 'z'])
    execFileSync('cp', ['-a', join(fleet.dataDir, 'm'), join(fleet.dataDir, copy)]);
  fleet.write(yamlOf('a', 'm', 'z'));
  const alone = await fleet.run(['tenant', 'export', 'a', join(fleet.dir, 'a.tgz')]);
  assert.match(alone.stderr, /same uid as m/);
  await fleet.serve();
  assert.equal(await count(fleet, 'm'), 20);
  assert.equal((await show(fleet, 'm')).uid, uid);
  for (const copy of ['a', 'z']) {
    const { state, error } = await show(fleet, copy);
    assert.equal(state, 'failed');
    assert.match(error, new RegExp(`same uid as m, whose folder was copied: remove .*/${copy}/uid`));
    rmSync(join(fleet.dataDir, copy, 'uid'));
    await untilWell(fleet, copy);
    assert.notEqual((await show(fleet, copy)).uid, uid);
  }
  assert.equal(await count(fleet, 'm'), 20);
});
