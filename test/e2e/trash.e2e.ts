/** What becomes of mail when its tenant leaves, and of mail that becomes too old. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { ControlStatus, TenantReply } from '../../libs/wire/control-http.ts';
import { Fleet } from '../harness/fleet.ts';
import { sendMail } from '../harness/smtp-talk.ts';

async function subjects(fleet: Fleet, tenant: string): Promise<string[]> {
  const { body } = await fleet.get(tenant, '/api/v1/messages');
  return JSON.parse(body).messages.map(({ Subject }: { Subject: string }) => Subject);
}

test('a removed tenant is brought back with its mail and its settings', async () => {
  await using fleet = await Fleet.serving(
    'tenants:\n  a: { label: Shop, smtp: { maxRecipients: 7 } }\n  b: {}\n',
  );
  await sendMail(fleet.socketPath('a', 'smtp'), 'kept');
  const before = readFileSync(fleet.configPath, 'utf8');
  assert.equal((await fleet.run(['tenant', 'remove', 'a', '--yes'])).code, 0);
  const { trash } = await fleet.ask<ControlStatus>('status');
  assert.deepEqual(
    trash.map(({ name, why, atMs, untilMs }) => [name, why, untilMs - atMs]),
    [['a', 'removed', 7 * 24 * 3600 * 1000]],
  );
  assert.match((await fleet.run(['status'])).stdout, /IN THE TRASH.*\na +[0-9a-f]{16} +removed/s);

  const again = await fleet.ask<TenantReply>('tenant', 'add', 'a');
  assert.notEqual(again.uid, trash[0]?.uid);
  assert.deepEqual(await subjects(fleet, 'a'), []);
  assert.equal((await fleet.run(['tenant', 'restore', 'a'])).code, 5, 'its name is taken');

  assert.equal((await fleet.run(['tenant', 'rename', 'a', 'c'])).code, 0);
  const restored = await fleet.ask<TenantReply>('tenant', 'restore', 'a');
  assert.deepEqual([restored.uid, restored.state], [trash[0]?.uid, 'listening']);
  assert.deepEqual(await subjects(fleet, 'a'), ['kept']);
  assert.match(readFileSync(fleet.configPath, 'utf8'), /label: Shop\n +smtp:\n +maxRecipients: 7/, before);
  assert.equal((await fleet.run(['tenant', 'restore', 'a'])).code, 5);
  assert.equal((await fleet.run(['tenant', 'restore', 'zz'])).code, 3);
  assert.deepEqual((await fleet.ask<ControlStatus>('status')).trash, []);
});

test('a tenant is brought back while nothing runs', async () => {
  await using fleet = await Fleet.serving('tenants:\n  a: { label: Shop }\n');
  await sendMail(fleet.socketPath('a', 'smtp'), 'kept');
  await fleet.run(['tenant', 'remove', 'a', '--yes']);
  await fleet.stop();
  assert.equal((await fleet.run(['tenant', 'restore', 'a'])).code, 0);
  await fleet.serve();
  assert.deepEqual(await subjects(fleet, 'a'), ['kept']);
});

test('what has lain longer than the grace time is gone for good, and the grace time can be changed', async () => {
  await using fleet = await Fleet.serving('trash: 1h\ntenants:\n  a: {}\n  b: {}\n');
  await fleet.run(['tenant', 'remove', 'a', '--yes']);
  const [trashed] = (await fleet.ask<ControlStatus>('status')).trash;
  const folder = join(fleet.dataDir, '.trash', trashed?.uid ?? '');
  assert(existsSync(folder));
  writeFileSync(
    fleet.configPath,
    `trash: 0s\n${readFileSync(fleet.configPath, 'utf8').slice('trash: 1h\n'.length)}`,
  );
  assert.equal((await fleet.run(['apply'])).code, 0);
  const [now] = (await fleet.ask<ControlStatus>('status')).trash;
  assert.equal(now?.untilMs, now?.atMs);
  await fleet.stop();
  await fleet.serve();
  await fleet.stop();
  assert(!existsSync(folder));
});

/** Everything that is done by the clock comes every second. */
const hurried = { MPCTL_HOUSEKEEPING_CRON: '* * * * * *' };

test('by the clock: mail that is too old goes, and what has lain in the trash for long enough', async () => {
  await using fleet = new Fleet(
    'trash: 2s\ntenants:\n  old: { maxAge: 2s }\n  keeps: { maxAge: 1h }\n  gone: {}\n',
  );
  await fleet.serve(hurried);
  for (const name of ['old', 'keeps', 'gone']) await sendMail(fleet.socketPath(name, 'smtp'), 'mail');
  // Asked before: two seconds may be over before anything else is.
  const { uid } = await fleet.ask<TenantReply>('tenant', 'show', 'gone');
  assert.equal((await fleet.run(['tenant', 'remove', 'gone', '--yes'])).code, 0);
  const folder = join(fleet.dataDir, '.trash', uid);
  while ((await subjects(fleet, 'old')).length > 0 || existsSync(folder)) await sleep(100);
  assert.deepEqual((await fleet.ask<ControlStatus>('status')).trash, []);
  assert.deepEqual(await subjects(fleet, 'keeps'), ['mail']);
});

test('by the clock: mail that is too old goes from a mailbox that nobody opens', async () => {
  // The beginning of a uid says in which minute of the hour it is a tenant's turn: whenever it is looked, it is one's.
  const minutes = Array.from({ length: 60 }, (_, minute) => `idle-${minute}`);
  const yaml = (settings: string) => `tenants:\n${minutes.map(name => `  ${name}: ${settings}\n`).join('')}`;
  await using fleet = new Fleet(yaml('{}'));
  for (const [minute, name] of minutes.entries()) {
    mkdirSync(join(fleet.dataDir, name), { recursive: true, mode: 0o700 });
    writeFileSync(join(fleet.dataDir, name, 'uid'), `${minute.toString(16).padStart(8, '0')}00000000\n`);
  }
  await fleet.serve();
  for (const name of minutes) await sendMail(fleet.socketPath(name, 'smtp'), 'mail');
  await fleet.stop();
  const paths = minutes.map(name => join(fleet.dataDir, name, 'mail.db'));
  const before = paths.map(path => statSync(path).mtimeMs);
  const isDone = (path: string, at: number) =>
    statSync(path).mtimeMs !== before[at] && !existsSync(`${path}-wal`);
  writeFileSync(fleet.configPath, yaml('{ maxAge: 1s }'));
  await fleet.serve(hurried);
  while (!paths.some(isDone)) await sleep(100);
  await fleet.stop();
  const db = new Database(paths.find(isDone), { readonly: true });
  assert.equal(db.prepare('SELECT total FROM state').pluck().get(), 0);
  db.close();
});
