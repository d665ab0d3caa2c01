import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { ControlStatus, TenantRow } from '../../libs/wire/control-http.ts';
import { askControl } from '../harness/control.ts';
import { Fleet, mpctlPath } from '../harness/fleet.ts';
import { SmtpTalk, sendMail } from '../harness/smtp-talk.ts';

/** A change is taken within 5 s of the last write. */
const takenWithinMs = 5000;

const yamlOf = (names: readonly string[]) => `tenants:\n${names.map(name => `  ${name}: {}\n`).join('')}`;

async function statusOf(fleet: Fleet): Promise<ControlStatus> {
  return (await askControl<ControlStatus>(fleet, 'GET', '/v1/status')).body;
}

async function namesOf(fleet: Fleet): Promise<string[]> {
  const { body } = await askControl<TenantRow[]>(fleet, 'GET', '/v1/tenants');
  return body.map(({ name }) => name).sort();
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const sinceMs = performance.now();
  while (!(await isSo())) {
    assert.ok(performance.now() - sinceMs < takenWithinMs, 'not taken within 5 s');
    await sleep(50);
  }
}

const untilNames = (fleet: Fleet, names: readonly string[]) =>
  until(async () => (await namesOf(fleet)).join() === [...names].sort().join());

const untilState = (fleet: Fleet, state: ControlStatus['config']['state']) =>
  until(async () => (await statusOf(fleet)).config.state === state);

test('saves in place, by rename and through swapped symlinks are taken', async () => {
  await using fleet = new Fleet(yamlOf(['a1']));
  // As Kubernetes mounts a ConfigMap: the file is a link into ..data, a link that is swapped.
  const mount = join(fleet.dir, 'mount');
  const publish = (version: string, text: string) => {
    mkdirSync(join(mount, version), { recursive: true });
    writeFileSync(join(mount, version, 'tenants.yaml'), text);
    symlinkSync(version, join(mount, '..new'));
    renameSync(join(mount, '..new'), join(mount, '..data'));
  };
  publish('..v1', yamlOf(['a1']));
  unlinkSync(fleet.configPath);
  symlinkSync('mount/..data/tenants.yaml', fleet.configPath);
  await fleet.serve();

  publish('..v2', yamlOf(['a1', 'b1']));
  await untilNames(fleet, ['a1', 'b1']);
  writeFileSync(fleet.configPath, yamlOf(['a1', 'b1', 'c1']));
  await untilNames(fleet, ['a1', 'b1', 'c1']);
  writeFileSync(join(fleet.dir, '.swap'), yamlOf(['b1', 'c1', 'd1']));
  renameSync(join(fleet.dir, '.swap'), fleet.configPath);
  await untilNames(fleet, ['b1', 'c1', 'd1']);
});

test('a hundred saves in a second are one change, the last', async () => {
  await using fleet = await Fleet.serving(yamlOf(['first']));
  for (let at = 0; at < 100; at++) {
    writeFileSync(fleet.configPath, yamlOf(['first', `n${at}`]));
    await sleep(5);
  }
  await untilNames(fleet, ['first', 'n99']);
  // Whoever had been there for a moment would have left its folder.
  assert.deepEqual(readdirSync(join(fleet.dataDir, '.trash')), []);
});

test('a bad, a half-written and a deleted file change nothing and are told', async () => {
  const good = `tenants:\n  a1: {}\n  b1: {maxMessages: 5}\n  c1: {}\n`;
  await using fleet = await Fleet.serving(good);
  using talk = new SmtpTalk(fleet.socketPath('a1', 'smtp'));
  await talk.reply();

  for (const bad of [
    '',
    '# all gone\n',
    'tenants: {a1: {nonsense: 1}}',
    good.slice(0, good.indexOf('5}')),
    '{[',
  ]) {
    writeFileSync(fleet.configPath, bad);
    await untilState(fleet, 'bad');
    assert.deepEqual(await namesOf(fleet), ['a1', 'b1', 'c1']);
    assert.ok((await statusOf(fleet)).config.issues.length > 0);
    writeFileSync(fleet.configPath, good);
    await untilState(fleet, 'current');
  }
  rmSync(fleet.configPath);
  await untilState(fleet, 'bad');
  assert.deepEqual(await namesOf(fleet), ['a1', 'b1', 'c1']);
  assert.match(await talk.say('NOOP').then(String), /^250/);
});

test('what looks cut off waits until it is confirmed, and the rest of the change with it', async () => {
  const names = Array.from({ length: 20 }, (_, at) => `t${at}`);
  await using fleet = await Fleet.serving(yamlOf(names));
  writeFileSync(fleet.configPath, yamlOf([...names.slice(0, 10), 'fresh']));
  await untilState(fleet, 'held');
  assert.deepEqual(await namesOf(fleet), [...names].sort());
  const add = await fleet.run(['tenant', 'add', 'late']);
  assert.equal(add.code, 1);
  assert.match(add.stderr, /apply --confirm/);

  assert.equal((await fleet.run(['apply'])).code, 1);
  assert.deepEqual(await namesOf(fleet), [...names].sort());
  assert.equal((await fleet.run(['apply', '--confirm'])).code, 0);
  assert.deepEqual(await namesOf(fleet), [...names.slice(0, 10), 'fresh'].sort());

  writeFileSync(fleet.configPath, 'tenants: {}\n');
  await untilState(fleet, 'held');
  writeFileSync(fleet.configPath, yamlOf([...names.slice(0, 10), 'fresh']));
  await untilState(fleet, 'current');
});

test('a start holds what looks like an accident beside what ran last, again and again, until it is confirmed', async () => {
  const names = Array.from({ length: 8 }, (_, at) => `t${at}`);
  await using fleet = await Fleet.serving(yamlOf(names));
  await sendMail(fleet.socketPath('t3', 'smtp'), 'kept');
  for (const text of ['tenants: {}\n', yamlOf(names.slice(0, 5)), yamlOf([...names.slice(6), 'fresh'])]) {
    await fleet.stop();
    writeFileSync(fleet.configPath, text);
    await fleet.serve();
    assert.equal((await statusOf(fleet)).config.state, 'held', text);
    assert.deepEqual(await namesOf(fleet), names);
    assert.match((await fleet.get('t3', '/api/v1/messages')).body, /"kept"/);
  }
  assert.equal((await fleet.run(['apply', '--confirm'])).code, 0);
  assert.deepEqual(await namesOf(fleet), ['fresh', 't6', 't7']);
  await fleet.stop('SIGKILL');
  await fleet.serve();
  assert.equal((await statusOf(fleet)).config.state, 'current');
  assert.deepEqual(await namesOf(fleet), ['fresh', 't6', 't7']);
});

test('what commands change while nothing runs is not held', async () => {
  const names = Array.from({ length: 8 }, (_, at) => `t${at}`);
  await using fleet = await Fleet.serving(
    `${yamlOf(names)}    maxMessages: 5\n    label: last\n`.replace('t7: {}', 't7:'),
  );
  await fleet.stop();
  // What is left is the beginning of what it was.
  assert.equal((await fleet.run(['tenant', 'set', 't7', '--unset', 'label'])).code, 0);
  await fleet.serve();
  assert.equal((await statusOf(fleet)).config.state, 'current');
  await fleet.stop();
  for (const name of names.slice(1)) await fleet.run(['tenant', 'remove', name, '--yes']);
  await fleet.serve();
  assert.equal((await statusOf(fleet)).config.state, 'current');
  assert.deepEqual(await namesOf(fleet), ['t0']);
});

test('where nobody knows what ran last a start does not put everybody into the trash', async () => {
  const names = Array.from({ length: 8 }, (_, at) => `t${at}`);
  await using fleet = await Fleet.serving(yamlOf(names));
  await Promise.all(names.map(name => sendMail(fleet.socketPath(name, 'smtp'), 'kept')));
  await fleet.stop();
  rmSync(join(fleet.dataDir, '.state/accepted.json'));
  writeFileSync(fleet.configPath, 'tenants: {}\n');
  const refused = await execa(mpctlPath, ['serve', ...fleet.options], { reject: false, timeout: 20_000 });
  assert.equal(refused.exitCode, 1);
  assert.match(refused.stderr, /no tenant is left\n {2}.*serve --confirm/);
  assert.deepEqual(readdirSync(join(fleet.dataDir, '.trash')), []);
  // Nor does a command that opens the mail.
  assert.equal((await fleet.run(['backup', join(fleet.dir, 'backup')])).code, 0);
  assert.deepEqual(readdirSync(join(fleet.dataDir, '.trash')), []);
  await fleet.serve({}, null, ['--confirm']);
  assert.equal(readdirSync(join(fleet.dataDir, '.trash')).length, 8);
});

test('a pipe or a device in the place of a file is an error of it, and keeps nobody waiting', async () => {
  const whole =
    'tenants:\n  a: { smtp: { authFile: ./pipe }, tags: { config: ./pipe } }\n  b: { envFile: ./pipe }\n';
  await using fleet = await Fleet.serving('tenants:\n  a: {}\n');
  const pipe = join(fleet.dir, 'pipe');
  execFileSync('mkfifo', [pipe]);
  fleet.write(whole);
  const checked = await fleet.run(['check']);
  assert.equal(checked.code, 6);
  for (const key of ['a.smtp.authFile', 'a.tags.config', 'b.envFile'])
    assert.match(checked.stderr, new RegExp(`tenants\\.${key}: .*pipe is no regular file`));
  await untilState(fleet, 'bad');
  for (const target of [pipe, '/dev/zero']) {
    rmSync(fleet.configPath);
    symlinkSync(target, fleet.configPath);
    const { code, stderr } = await fleet.run(['plan']);
    assert.equal(code, 6);
    assert.match(stderr, /tenants\.yaml: is no regular file/);
  }
  assert.equal((await fleet.get('a', '/livez')).status, 200);
  assert.equal(await fleet.stop(), 0);
});

test('SIGHUP reads the file at once', async () => {
  await using fleet = await Fleet.serving(yamlOf(['a1']));
  writeFileSync(fleet.configPath, yamlOf(['a1', 'b1']));
  process.kill(fleet.pid, 'SIGHUP');
  await untilNames(fleet, ['a1', 'b1']);
});

test('a thousand random cuts of a file with a thousand tenants stop none of them', async () => {
  const lines = Array.from(
    { length: 1000 },
    (_, at) => `  t${at}: ${at % 3 ? '{}' : `{maxMessages: ${at + 1}}`}\n`,
  );
  const whole = `tenants:\n${lines.join('')}`;
  await using fleet = await Fleet.serving(whole);
  const watched = [0, 1, 500, 998, 999].map(at => new SmtpTalk(fleet.socketPath(`t${at}`, 'smtp')));
  for (const talk of watched) await talk.reply();

  for (let round = 0; round < 1000; round++) {
    writeFileSync(fleet.configPath, whole.slice(0, Math.floor(Math.random() * whole.length)));
    // Some are left to the watch, as they would be outside of a test.
    if (round % 100 === 0) await sleep(600);
    const { status, body } = await askControl<{ held?: string }>(fleet, 'POST', '/v1/apply');
    assert.ok(status === 422 || body.held, `taken: ${JSON.stringify(body)}`);
  }
  assert.deepEqual((await statusOf(fleet)).tenants, { total: 1000, states: { listening: 1000 } });
  writeFileSync(fleet.configPath, whole);
  await untilState(fleet, 'current');
  for (const talk of watched) {
    assert.match(await talk.say('NOOP').then(String), /^250/);
    talk[Symbol.dispose]();
  }
});
