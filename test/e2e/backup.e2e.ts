/** Backups of a whole fleet: made while it runs, brought back here and elsewhere. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlStatus, TenantRow } from '../../libs/wire/control-http.ts';
import type { BackupReply, ExportDone, ImportDone, RestoredReply } from '../../libs/wire/mail-work.ts';
import { fillMailbox } from '../harness/filled-mailbox.ts';
import { Fleet, mpctlPath } from '../harness/fleet.ts';
import { killAll } from '../harness/kill-shards.ts';
import { Load } from '../harness/load.ts';
import { sendMail } from '../harness/smtp-talk.ts';

type Listed = {
  readonly ID: string;
  readonly Subject: string;
  readonly Read: boolean;
  readonly Tags: string[];
};

async function mailsOf(fleet: Fleet, tenant: string): Promise<Listed[]> {
  const { body } = await fleet.get(tenant, '/api/v1/messages?limit=500');
  return JSON.parse(body).messages;
}

const subjects = async (fleet: Fleet, tenant: string) =>
  (await mailsOf(fleet, tenant)).map(({ Subject }) => Subject).sort();

async function send(fleet: Fleet, tenant: string, ...words: string[]): Promise<void> {
  for (const word of words)
    assert.match((await sendMail(fleet.socketPath(tenant, 'smtp'), word)) ?? '', /^250/);
}

test('a fleet is brought back on another server with mail, state and settings', async () => {
  await using fleet = await Fleet.serving('tenants:\n  a: { label: Shop }\n  b: {}\n  empty: {}\n');
  await send(fleet, 'a', 'one', 'two', 'three');
  await send(fleet, 'b', 'other');
  const [newest] = await mailsOf(fleet, 'a');
  await fleet.get('a', `/api/v1/message/${newest?.ID}`);
  const dir = join(fleet.dir, 'backups');
  const made = await fleet.ask<BackupReply>('backup', dir);
  assert.deepEqual([made.tenants, made.failed], [3, []]);
  const before = await mailsOf(fleet, 'a');
  assert.equal(
    readFileSync(join(made.dir, 'config/tenants.yaml'), 'utf8'),
    readFileSync(fleet.configPath, 'utf8'),
  );

  await using other = await Fleet.serving('tenants: {}\n');
  const reply = await other.ask<RestoredReply>('restore', dir);
  assert.deepEqual([reply.restored.map(({ name }) => name), reply.failed], [['a', 'b', 'empty'], []]);
  assert.deepEqual(await mailsOf(other, 'a'), before);
  assert.equal(before.filter(({ Read }) => Read).length, 1);
  assert.deepEqual(await subjects(other, 'b'), ['other']);
  const rows = await other.ask<TenantRow[]>('tenant', 'list');
  assert.deepEqual(
    rows.map(({ name, label, state }) => [name, label, state]),
    [
      ['a', 'Shop', 'listening'],
      ['b', '', 'listening'],
      ['empty', '', 'listening'],
    ],
  );
  await send(other, 'a', 'four');
  assert.deepEqual(await subjects(other, 'a'), ['four', 'one', 'three', 'two']);
  await other.stop('SIGKILL');
  await other.serve();
  assert.deepEqual(await subjects(other, 'a'), ['four', 'one', 'three', 'two']);
});

test('mail for a tenant from a server that ran for longer is there after a crash at once', async () => {
  await using fleet = await Fleet.serving('tenants:\n  a: {}\n');
  // Each run of a daemon leaves its journal a higher number.
  for (const word of ['one', 'two', 'three']) {
    await send(fleet, 'a', word);
    await fleet.stop();
    await fleet.serve();
  }
  const dir = join(fleet.dir, 'backups');
  await fleet.ask<BackupReply>('backup', dir);

  for (const isRunning of [false, true]) {
    await using other = new Fleet('tenants: {}\n');
    if (isRunning) await other.serve();
    await other.ask<RestoredReply>('restore', dir);
    if (!isRunning) await other.serve();
    for (const word of ['four', 'five']) {
      await send(other, 'a', word);
      await killAll(other);
      await other.serve();
    }
    assert.deepEqual(await subjects(other, 'a'), ['five', 'four', 'one', 'three', 'two'], `${isRunning}`);
  }
});

test('mail is there after a crash at once where the journal folder was lost', async () => {
  await using fleet = await Fleet.serving('tenants:\n  a: {}\n');
  for (const word of ['one', 'two']) {
    await send(fleet, 'a', word);
    await fleet.stop();
    await fleet.serve();
  }
  await fleet.stop();
  rmSync(join(fleet.dataDir, '.journal'), { recursive: true });
  await fleet.serve();
  await send(fleet, 'a', 'three');
  await killAll(fleet);
  await fleet.serve();
  assert.deepEqual(await subjects(fleet, 'a'), ['one', 'three', 'two']);
});

test('a restoration of all leaves those alone that are there, and brings the others', async () => {
  await using fleet = await Fleet.serving('tenants:\n  one: {}\n');
  await send(fleet, 'one', 'before');
  await fleet.run(['tenant', 'add', 'two']);
  await send(fleet, 'two', 'x');
  const dir = join(fleet.dir, 'backups');
  const { dir: backup } = await fleet.ask<BackupReply>('backup', dir);
  await fleet.run(['tenant', 'remove', 'two', '--yes']);
  await send(fleet, 'one', 'later');
  const named = await fleet.run(['restore', dir, 'one']);
  assert.deepEqual([named.code, /there is "one" already/.test(named.stderr)], [5, true]);
  const reply = await fleet.ask<RestoredReply>('restore', dir);
  assert.deepEqual([reply.restored.map(({ name }) => name), reply.skipped], [['two'], ['one']]);
  assert.deepEqual(await subjects(fleet, 'one'), ['before', 'later']);
  assert.deepEqual(await subjects(fleet, 'two'), ['x']);

  // What lies elsewhere does not come by a link, and what is no manifest is refused.
  await fleet.stop();
  const file = join(backup, 'tenants/two/mail.db');
  rmSync(file);
  symlinkSync(join(fleet.dataDir, 'one/mail.db'), file);
  const linked = await fleet.run(['restore', backup, 'two', '--overwrite']);
  assert.deepEqual([linked.code, /two\/mail\.db is no file/.test(linked.stderr)], [1, true], linked.stderr);
  const manifest = JSON.parse(readFileSync(join(backup, 'backup.json'), 'utf8'));
  const [tenant] = manifest.tenants;
  const bad = [
    ...[
      null,
      3,
      [],
      {},
      { ...manifest, tenants: {} },
      { ...manifest, tenants: [null] },
      { ...manifest, madeAtMs: 'x' },
    ],
    ...[{ copy: null }, { copy: { ...tenant.copy, files: null } }, { stanza: 3 }, { uid: '../x' }].map(
      change => ({
        ...manifest,
        tenants: [{ ...tenant, ...change }],
      }),
    ),
  ];
  for (const text of bad.map(value => JSON.stringify(value))) {
    writeFileSync(join(backup, 'backup.json'), text);
    const { code, stderr } = await fleet.run(['restore', backup]);
    assert.deepEqual([code, /TypeError|\n {4}at /.test(stderr)], [6, false], `${text}: ${stderr}`);
  }
});

test('a second backup costs what has changed, and each is whole by itself', async () => {
  await using fleet = await Fleet.serving('tenants:\n  a: {}\n  b: {}\n');
  await send(fleet, 'a', 'one');
  await send(fleet, 'b', 'x');
  const dir = join(fleet.dir, 'backups');
  const first = await fleet.ask<BackupReply>('backup', dir);
  await send(fleet, 'a', 'two');
  const second = await fleet.ask<BackupReply>('backup', dir);
  assert.deepEqual([first.unchanged, second.unchanged, readdirSync(dir).length], [0, 1, 2]);
  const inode = (backup: BackupReply, name: string) =>
    statSync(join(backup.dir, 'tenants', name, 'mail.db')).ino;
  assert.equal(inode(first, 'b'), inode(second, 'b'));
  assert.notEqual(inode(first, 'a'), inode(second, 'a'));

  assert.equal((await fleet.run(['restore', dir, 'a'])).code, 5, 'it is there');
  assert.equal((await fleet.run(['restore', dir, 'nobody'])).code, 3);
  assert.equal((await fleet.run(['restore', fleet.runDir])).code, 6);
  assert.deepEqual(await subjects(fleet, 'a'), ['one', 'two']);
  const back = await fleet.ask<RestoredReply>('restore', first.dir, 'a', '--overwrite');
  assert.deepEqual(await subjects(fleet, 'a'), ['one']);
  await send(fleet, 'a', 'three');
  const { trash } = await fleet.ask<ControlStatus>('status');
  assert.deepEqual([trash[0]?.name, trash[0]?.why], ['a', 'replaced']);
  assert.notEqual(trash[0]?.uid, back.restored[0]?.uid);
  await fleet.stop('SIGKILL');
  await fleet.serve();
  assert.deepEqual(await subjects(fleet, 'a'), ['one', 'three']);
  assert.deepEqual(await subjects(fleet, 'b'), ['x']);
});

test('a backup stays whole when those before it are removed', async () => {
  await using fleet = await Fleet.serving('tenants:\n  a: {}\n  b: {}\n');
  await send(fleet, 'a', 'one', 'x'.repeat(40));
  await sendMail(fleet.socketPath('b', 'smtp'), 'large', `${'y'.repeat(70)}\r\n`.repeat(5000));
  const before = { a: await subjects(fleet, 'a'), b: await subjects(fleet, 'b') };
  const dir = join(fleet.dir, 'backups');
  const made: string[] = [];
  for (let n = 0; n < 3; n++) made.push((await fleet.ask<BackupReply>('backup', dir)).dir);
  for (const old of made.slice(0, -1)) rmSync(old, { recursive: true });
  await send(fleet, 'a', 'later');
  assert.equal((await fleet.run(['restore', dir, '--overwrite'])).code, 0);
  assert.deepEqual({ a: await subjects(fleet, 'a'), b: await subjects(fleet, 'b') }, before);
  const [large] = await mailsOf(fleet, 'b');
  assert.match((await fleet.get('b', `/api/v1/message/${large?.ID}/raw`)).body, /y{70}/);
});

test('a tenant whose mail cannot be read keeps the others out of no backup, and is told', async () => {
  await using fleet = await Fleet.serving('tenants:\n  a: {}\n  b: {}\n');
  await send(fleet, 'a', 'one');
  await send(fleet, 'b', 'x');
  const dir = join(fleet.dir, 'backups');
  const whole = await fleet.ask<BackupReply>('backup', dir);
  await send(fleet, 'b', 'y');
  await fleet.stop();
  writeFileSync(join(fleet.dataDir, 'a/mail.db'), Buffer.alloc(20_000, 'z'));
  await fleet.serve();
  const { code, stdout, stderr } = await fleet.run(['backup', dir]);
  assert.equal(code, 1);
  assert.match(stderr, /^mpctl: a is not in it: STORE_CORRUPT: /m);
  assert.match(stdout, /: 1 tenants, 0 as before/);
  assert.equal((await fleet.run(['restore', dir, 'b', '--overwrite'])).code, 0);
  assert.deepEqual(await subjects(fleet, 'b'), ['x', 'y']);
  const missing = await fleet.run(['restore', dir, 'a', '--overwrite']);
  assert.equal(missing.code, 3);
  assert.ok(missing.stderr.includes(`it is in ${whole.dir}`), missing.stderr);
  assert.equal((await fleet.run(['restore', whole.dir, 'a', '--overwrite'])).code, 0);
  assert.deepEqual(await subjects(fleet, 'a'), ['one']);
});

test('it is told what keeps a tenant from coming back', async () => {
  await using fleet = await Fleet.serving('tenants:\n  a: {}\n');
  const dir = join(fleet.dir, 'backups');
  const made = await fleet.ask<BackupReply>('backup', dir);
  const path = join(made.dir, 'backup.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  manifest.tenants[0].stanza = 'tenants:\n  a: { user: no-user-of-this-name }\n';
  writeFileSync(path, JSON.stringify(manifest));
  await using other = await Fleet.serving('tenants: {}\n');
  const { code, stderr } = await other.run(['restore', dir]);
  assert.equal(code, 1);
  assert.match(stderr, /a was not restored: BAD_REQUEST: .*; .*there is no user no-user-of-this-name/);
});

test('a tenant whose settings a backup cannot tell comes back with those of a new one, and is told of', async () => {
  await using fleet = await Fleet.serving('tenants:\n  a: { label: Shop }\n  b: { label: Bar }\n');
  await send(fleet, 'a', 'one');
  const dir = join(fleet.dir, 'backups');
  const made = await fleet.ask<BackupReply>('backup', dir);
  const path = join(made.dir, 'backup.json');
  const broken = 'tenants:\n  a: { label: "Sho\n';
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  manifest.tenants[0].stanza = broken;
  writeFileSync(path, JSON.stringify(manifest));

  await using other = await Fleet.serving('tenants: {}\n');
  const { code, stderr } = await other.run(['restore', dir]);
  const kept = join(other.dataDir, 'a/settings-of-backup.yaml');
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^mpctl: a: it has the settings of a new tenant, because .*; the text is in /m);
  assert.ok(stderr.includes(kept));
  assert.equal(readFileSync(kept, 'utf8'), broken);
  assert.deepEqual(await subjects(other, 'a'), ['one']);
  const rows = await other.ask<TenantRow[]>('tenant', 'list');
  assert.deepEqual(
    rows.map(({ label }) => label),
    ['', 'Bar'],
  );
});

test('no mail is lost to limits that are narrower where a tenant comes back', async () => {
  const wide = 'defaults: { maxMessages: 0, maxAge: 30d }\ntenants:\n  a: {}\n';
  await using fleet = await Fleet.serving(wide);
  await send(fleet, 'a', 'one', 'two', 'three');
  const dir = join(fleet.dir, 'backups');
  const made = await fleet.ask<BackupReply>('backup', dir);

  for (const running of [true, false]) {
    await using other = new Fleet('defaults: { maxMessages: 2, maxAge: 60d }\ntenants: {}\n');
    if (running) await other.serve();
    const { code, stderr } = await other.run(['restore', dir]);
    const told = 'mpctl: a: maxMessages: 0 was written into its lines; the defaults here would keep 2';
    assert.equal(code, 0, stderr);
    assert.ok(stderr.includes(told), stderr);
    assert.match(readFileSync(other.configPath, 'utf8'), /a:\s+maxMessages: "?0"?\s*$/);
    if (!running) await other.serve();
    await send(other, 'a', 'four');
    assert.deepEqual(await subjects(other, 'a'), ['four', 'one', 'three', 'two']);
  }

  for (const running of [true, false]) {
    writeFileSync(fleet.configPath, wide);
    assert.equal((await fleet.run(['apply', '--confirm'])).code, 0);
    assert.equal((await fleet.run(['tenant', 'remove', 'a', '--yes'])).code, 0);
    if (!running) await fleet.stop();
    writeFileSync(fleet.configPath, 'defaults: { maxMessages: 2 }\ntenants: {}\n');
    if (running) assert.equal((await fleet.run(['apply', '--confirm'])).code, 0);
    const { code, stderr } = await fleet.run(['tenant', 'restore', 'a']);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /a.*: maxMessages: 0 was written into its lines; the defaults here would keep 2/);
    if (!running) await fleet.serve();
    await send(fleet, 'a', 'later');
    assert.equal((await subjects(fleet, 'a')).length, running ? 4 : 5);
  }

  const path = join(made.dir, 'backup.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  delete manifest.tenants[0].limits;
  writeFileSync(path, JSON.stringify(manifest));
  await using last = await Fleet.serving('defaults: { maxMessages: 2 }\ntenants: {}\n');
  const old = await last.run(['restore', dir]);
  assert.equal(old.code, 0, old.stderr);
  assert.match(old.stderr, /^mpctl: a: nobody noted which limits it had; here it keeps maxMessages: 2/m);
});

test('a tenant whose own settings keep less than what is put in its place is told of', async () => {
  await using fleet = await Fleet.serving('tenants:\n  a: { maxMessages: 0 }\n');
  await send(fleet, 'a', 'one', 'two');
  const dir = join(fleet.dir, 'backups');
  await fleet.ask<BackupReply>('backup', dir);
  assert.equal((await fleet.run(['tenant', 'set', 'a', 'maxMessages=1'])).code, 0);
  const { code, stderr } = await fleet.run(['restore', dir, 'a', '--overwrite']);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^mpctl: a: its settings keep less .*: maxMessages: 1 \(0 then\)/m);
});

test('a tenant that is renamed while it is restored or repaired has what that gave it, under its new name', async () => {
  await using fleet = await Fleet.serving('tenants:\n  a: {}\n');
  await send(fleet, 'a', 'one');
  const dir = join(fleet.dir, 'backups');
  await fleet.ask<BackupReply>('backup', dir);
  for (const [round, running] of [true, true, true, false].entries()) {
    await send(fleet, 'a', `later ${round}`);
    if (!running) await fleet.stop();
    const [restored, renamed] = await Promise.all([
      fleet.run(['restore', dir, 'a', '--overwrite']),
      fleet.run(['tenant', 'rename', 'a', 'b']),
    ]);
    assert.equal(renamed.code, 0, renamed.stderr);
    if (!running) await fleet.serve();
    const mails = await subjects(fleet, 'b');
    const rows = await fleet.ask<TenantRow[]>('tenant', 'list');
    if (rows.length === 2) {
      // It had left already: then the name is another's.
      assert.deepEqual(await subjects(fleet, 'a'), ['one']);
      assert.ok(mails.includes(`later ${round}`));
      await fleet.run(['tenant', 'remove', 'a', '--yes']);
    } else if (restored.code === 0) assert.deepEqual(mails, ['one'], restored.stderr);
    else assert.match(restored.stderr, /a was not restored: TENANT_NOT_FOUND: a has left its name meanwhile/);
    const [repaired, back] = await Promise.all([
      fleet.run(['tenant', 'repair', 'b']),
      fleet.run(['tenant', 'rename', 'b', 'a']),
    ]);
    assert.equal(back.code, 0, back.stderr);
    if (repaired.code !== 0) assert.match(repaired.stderr, /there is no tenant b|left its name meanwhile/);
    assert.deepEqual(await subjects(fleet, 'a'), mails);
  }
});

test('a backup and an export wait for a tenant that is repaired or restored', async () => {
  await using fleet = await Fleet.serving('tenants:\n  a: {}\n');
  await send(fleet, 'a', 'one');
  const dir = join(fleet.dir, 'backups');
  const { dir: first } = await fleet.ask<BackupReply>('backup', dir);
  let changing = true;
  const changes = async () => {
    for (let round = 0; round < 4; round++) {
      assert.equal((await fleet.run(['tenant', 'repair', 'a'])).code, 0);
      assert.equal((await fleet.run(['restore', first, 'a', '--overwrite'])).code, 0);
    }
    changing = false;
  };
  const saves = async (who: string) => {
    for (let round = 0; changing; round++) {
      const saved = await fleet.run(['backup', dir]);
      assert.equal(saved.code, 0, saved.stderr);
      const exported = await fleet.run(['tenant', 'export', 'a', join(fleet.dir, `${who}-${round}.tar.gz`)]);
      assert.equal(exported.code, 0, exported.stderr);
    }
  };
  await Promise.all([changes(), saves('x'), saves('y')]);
});

test('a backup among the mail itself is refused, by whatever way one comes there', async () => {
  await using fleet = await Fleet.serving('tenants:\n  a: {}\n');
  await send(fleet, 'a', 'one');
  const link = join(fleet.dir, 'elsewhere');
  symlinkSync(join(fleet.dataDir, 'a'), link);
  const places = [
    fleet.dataDir,
    join(fleet.dataDir, 'backups'),
    join(fleet.dataDir, 'a'),
    join(link, 'b'),
    link,
  ];
  for (const dir of places) {
    const { code, stderr } = await fleet.run(['backup', dir]);
    assert.deepEqual([code, /lies in .*, which it would be a backup of/.test(stderr)], [2, true], stderr);
  }
  await fleet.stop();
  assert.equal((await fleet.run(['backup', link])).code, 2);
  assert.deepEqual(
    readdirSync(join(fleet.dataDir, 'a')).filter(name => !/^(uid|mail\.db)/.test(name)),
    [],
  );
  assert.equal(existsSync(join(fleet.dataDir, 'backups')), false);
});

test('a backup and its restoration work while nothing runs', async () => {
  await using fleet = await Fleet.serving('tenants:\n  a: {}\n');
  await send(fleet, 'a', 'one');
  await fleet.stop('SIGKILL');
  const dir = join(fleet.dir, 'backups');
  assert.equal((await fleet.ask<BackupReply>('backup', dir)).tenants, 1);
  writeFileSync(fleet.configPath, 'tenants: {}\n');
  assert.equal((await fleet.run(['restore', dir])).code, 0);
  await fleet.serve();
  assert.deepEqual(await subjects(fleet, 'a'), ['one']);
});

test('a damaged backup brings nobody back, and takes nothing away', async () => {
  await using fleet = await Fleet.serving('tenants:\n  a: {}\n  b: {}\n');
  await send(fleet, 'a', 'one');
  await send(fleet, 'b', 'x');
  const dir = join(fleet.dir, 'backups');
  const made = await fleet.ask<BackupReply>('backup', dir);
  truncateSync(join(made.dir, 'tenants/a/mail.db'), 4096);
  const { code, stderr } = await fleet.run(['restore', dir, '--overwrite']);
  assert.deepEqual([code, /a was not restored: BAD_BACKUP/.test(stderr)], [1, true], stderr);
  assert.deepEqual([await subjects(fleet, 'a'), await subjects(fleet, 'b')], [['one'], ['x']]);
});

test('no mail is refused or lost while backups are made', async () => {
  await using fleet = await Fleet.serving('defaults: { maxMessages: 0 }\ntenants:\n  a: {}\n  b: {}\n');
  const dir = join(fleet.dir, 'backups');
  const places = ['a', 'b'].map(name => ({
    smtp: fleet.socketPath(name, 'smtp'),
    http: fleet.socketPath(name, 'http'),
  }));
  let mails = 0;
  {
    await using load = new Load(places);
    for (let round = 0; round < 4; round++) {
      await load.until(40);
      const { code, stderr } = await fleet.run(['backup', dir]);
      assert.equal(code, 0, stderr);
    }
    await load[Symbol.asyncDispose]();
    assert.deepEqual([load.refused, load.cut], [[], 0]);
    mails = load.mails;
  }
  const rows = await fleet.ask<TenantRow[]>('tenant', 'list');
  assert.equal(
    rows.reduce((sum, { messages }) => sum + (messages ?? 0), 0),
    mails,
  );
  assert.equal(readdirSync(dir).length, 4);
});

test('a tenant goes into one file, and from there into another', async () => {
  await using fleet = await Fleet.serving('tenants:\n  a: {}\n  b: {}\n  small: { maxMessages: 2 }\n');
  await send(fleet, 'a', 'one', 'two', 'three');
  await send(fleet, 'b', 'own');
  const path = join(fleet.dir, 'a.tar.gz');
  assert.equal((await fleet.ask<ExportDone>('tenant', 'export', 'a', path)).messages, 3);
  assert.equal((await fleet.run(['tenant', 'export', 'a', path])).code, 5, 'the file is there');
  const mbox = await fleet.run(['tenant', 'export', 'a', `${path}2`, '--format', 'mbox']);
  assert.deepEqual([mbox.code, /mbox is not available/.test(mbox.stderr)], [2, true]);
  const done = await fleet.ask<ImportDone>('tenant', 'import', 'b', path);
  assert.deepEqual(done, { messages: 3, known: 0, pruned: 0 });
  assert.deepEqual(await subjects(fleet, 'b'), ['one', 'own', 'three', 'two']);
  assert.equal((await fleet.ask<ImportDone>('tenant', 'import', 'b', path)).known, 3);

  const refused = await fleet.run(['tenant', 'import', 'small', path]);
  assert.deepEqual([refused.code, /1 mails more than maxMessages allows/.test(refused.stderr)], [7, true]);
  assert.deepEqual(await subjects(fleet, 'small'), []);
  assert.equal((await fleet.ask<ImportDone>('tenant', 'import', 'small', path, '--allow-prune')).pruned, 1);
  assert.deepEqual(await subjects(fleet, 'small'), ['three', 'two']);
  assert.equal((await fleet.run(['tenant', 'import', 'b', fleet.configPath])).code, 6);
  assert.equal((await fleet.run(['tenant', 'import', 'nobody', path])).code, 3);

  await fleet.stop();
  assert.equal((await fleet.ask<ExportDone>('tenant', 'export', 'b', `${path}.b`)).messages, 4);
});

test('an export ends when its command is ended, and leaves nothing behind', async () => {
  await using fleet = new Fleet('defaults: { maxMessages: 0 }\ntenants:\n  a: {}\n');
  await fillMailbox(fleet.dataDir, 'a', 8_000);
  await fleet.serve();
  const path = join(fleet.dir, 'a.tar.gz');
  const command = spawn(mpctlPath, ['tenant', 'export', 'a', path, ...fleet.options], { stdio: 'ignore' });
  const ended = once(command, 'exit');
  while (!existsSync(`${path}.part`)) await sleep(2);
  command.kill('SIGINT');
  await ended;
  while (existsSync(`${path}.part`)) await sleep(10);
  assert.equal(existsSync(path), false);
  assert.equal((await fleet.ask<ExportDone>('tenant', 'export', 'a', path)).messages, 8_000);
});
