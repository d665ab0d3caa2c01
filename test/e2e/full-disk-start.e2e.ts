/** A fleet that stops and starts on a disk without any room, and what is done with its mail while nothing runs. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlStatus } from '../../libs/wire/control-http.ts';
import type { BackupReply } from '../../libs/wire/mail-work.ts';
import { Disk } from '../harness/disk/disk.ts';
import { Fleet } from '../harness/fleet.ts';
import { killAll } from '../harness/kill-shards.ts';
import { sendMail } from '../harness/smtp-talk.ts';

const skip = process.platform === 'linux' ? false : 'needs LD_PRELOAD';
const names = ['a', 'b', 'c', 'd'];
const yamlWith = (shards: number) =>
  `shards: ${shards}\ntenants: { ${names.map(name => `${name}: {}`).join(', ')} }\n`;

/** What is written over in place has its room, and what is renamed in a folder. */
const full = [
  ['write', 'ENOSPC', '.journal/'] as const,
  ...['/mail.db', '/big/', '/uid', 'accepted', '.trash/'].flatMap(path => [
    ['write', 'ENOSPC', path] as const,
    ['create', 'ENOSPC', path] as const,
  ]),
];

async function subjects(fleet: Fleet, tenant: string): Promise<string[]> {
  const { status, body } = await fleet.get(tenant, '/api/v1/messages?limit=0');
  assert.equal(status, 200);
  return JSON.parse(body)
    .messages.map(({ Subject }: { Subject: string }) => Subject)
    .toSorted();
}

const send = (fleet: Fleet, tenant: string, subject: string) =>
  sendMail(fleet.socketPath(tenant, 'smtp'), subject);

/** A fleet with a mail for each that is in its database, and one that is in the journal alone when all is killed. */
async function killedOnFullDisk(fleet: Fleet, disk: Disk): Promise<void> {
  await fleet.serve(disk.env);
  for (const name of names) {
    assert.match((await send(fleet, name, 'old')) ?? '', /^250/);
    assert.deepEqual(await subjects(fleet, name), ['old']);
  }
  disk.fail(['write', 'ENOSPC', '/mail.db'], ['create', 'ENOSPC', '/mail.db']);
  for (const name of names) assert.match((await send(fleet, name, 'waits')) ?? '', /^250/);
  await killAll(fleet);
  // Only now: for a moment, while this is told, nothing fails.
  disk.fail(...full);
}

test('a start on a full disk shows what is there, refuses mail, and takes all in when there is room', {
  skip,
}, async () => {
  await using fleet = new Fleet(yamlWith(2));
  using disk = new Disk(fleet.dataDir);
  await killedOnFullDisk(fleet, disk);
  // Twice, and with other shards for the tenants: nobody may forget what another one's journal holds.
  for (const shards of [3, 1]) {
    fleet.write(yamlWith(shards));
    await fleet.serve(disk.env);
    for (const name of names) {
      assert.deepEqual(await subjects(fleet, name), ['old']);
      assert.match((await send(fleet, name, 'refused')) ?? '', /^45[12]/);
    }
    assert.equal(await fleet.stop(), 0);
    assert.doesNotMatch(fleet.log, /Uncaught|a shard ended|\n {4}at /);
  }
  await fleet.serve(disk.env);
  disk.heal();
  for (const name of names) {
    while (!/^250/.test((await send(fleet, name, 'new')) ?? '')) await sleep(100);
    while ((await subjects(fleet, name)).length < 3) await sleep(100);
    assert.deepEqual(await subjects(fleet, name), ['new', 'old', 'waits']);
  }
  await killAll(fleet);
  await fleet.serve(disk.env);
  for (const name of names) assert.deepEqual(await subjects(fleet, name), ['new', 'old', 'waits']);
  assert.equal(await fleet.stop(), 0);
  const kinds = readdirSync(join(fleet.dataDir, '.journal')).filter(name => /\.(log|done|left)$/.test(name));
  assert.deepEqual(kinds, []);
});

test('a start on a full disk with a damaged journal keeps the damaged part where it is, and tells it', {
  skip,
}, async () => {
  await using fleet = new Fleet(yamlWith(1));
  using disk = new Disk(fleet.dataDir);
  await killedOnFullDisk(fleet, disk);
  const journal = join(fleet.dataDir, '.journal');
  const [segment] = readdirSync(journal).filter(name => name.endsWith('.log')) as [string];
  const bytes = readFileSync(join(journal, segment));
  bytes.write('X', bytes.indexOf('old'));
  writeFileSync(join(journal, segment), bytes);
  const shards = async () => (await fleet.ask<ControlStatus>('status')).shards;
  const damaged = join(journal, 'damaged');
  for (let start = 0; start < 2; start++) {
    await fleet.serve(disk.env);
    for (const name of names) {
      assert.deepEqual(await subjects(fleet, name), ['old']);
      assert.match((await send(fleet, name, 'refused')) ?? '', /^45[12]/);
    }
    assert.match(fleet.log, /a part of the journal is damaged, and cannot be put aside/);
    assert.match((await shards())[0]?.storage.fault ?? '', /damaged.*no room/);
    assert.deepEqual(existsSync(damaged) ? readdirSync(damaged) : [], []);
    if (start === 0) assert.equal(await fleet.stop(), 0);
  }
  disk.heal();
  for (const name of names) {
    while (!/^250/.test((await send(fleet, name, 'new')) ?? '')) await sleep(100);
    while ((await subjects(fleet, name)).length < 3) await sleep(100);
  }
  assert.equal((await shards())[0]?.storage.fault, '');
  assert.equal((await fleet.ask<ControlStatus>('status')).damagedJournalParts, 1);
  // Nothing of it has to wait for the next start.
  while (readdirSync(journal).some(name => name.endsWith('.left'))) await sleep(100);
  await killAll(fleet);
  await fleet.serve(disk.env);
  for (const name of names) assert.deepEqual(await subjects(fleet, name), ['new', 'old', 'waits']);
});

test('without a daemon and without room, a backup and an export end and say why', { skip }, async () => {
  await using fleet = new Fleet(yamlWith(1));
  using disk = new Disk(fleet.dataDir);
  await killedOnFullDisk(fleet, disk);
  const backups = join(fleet.dir, 'backups');
  const made = await fleet.run(['backup', backups, '--json'], { env: disk.env });
  assert.equal(made.code, 1);
  assert.notEqual(made.stdout, '', made.stderr);
  const reply: BackupReply = JSON.parse(made.stdout);
  assert.deepEqual(
    reply.failed.map(({ name, error }) => [name, error.split('_')[0]]).toSorted(),
    names.map(name => [name, 'STORE']),
  );
  const path = join(fleet.dir, 'a.tgz');
  const exported = await fleet.run(['tenant', 'export', 'a', path], { env: disk.env });
  assert.deepEqual([exported.code, existsSync(path)], [1, false]);
  for (const { stderr } of [made, exported]) assert.doesNotMatch(stderr, /\n {4}at /);
  disk.heal();
  const second = await fleet.ask<BackupReply>('backup', backups);
  assert.deepEqual([second.tenants, second.failed], [names.length, []]);
});
