import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { execa } from 'execa';
import type { ControlStatus, DryRunReply, TenantReply, TenantRow } from '../../libs/wire/control-http.ts';
import { Fleet, mpctlPath } from '../harness/fleet.ts';

const yaml = `# keep me
tenants:
  alpha: { label: "Alpha" }   # and me
  beta:
    maxMessages: 10
`;

let fleet: Fleet;
before(async () => {
  fleet = await Fleet.serving(yaml);
});
after(async () => {
  await fleet[Symbol.asyncDispose]();
});

/** What `tenant show --json` prints, as far as it is looked at here. */
type Shown = {
  readonly name: string;
  readonly smtp: readonly string[];
  readonly pop3: readonly string[];
  readonly messages: number;
  readonly counters: { readonly accepted: number };
  readonly settings: {
    readonly maxMessages: number;
    readonly label: string;
    readonly listeners: { readonly smtp: { readonly mode: string } };
  };
};

const tenantsFile = () => readFileSync(fleet.configPath, 'utf8');

test('status, list and show say how the fleet is', async () => {
  const status = await fleet.ask<ControlStatus>('status');
  assert.deepEqual([status.tenants.total, status.tenants.states], [2, { listening: 2 }]);
  assert.deepEqual(
    [status.pid, status.config.path, status.config.state],
    [fleet.pid, fleet.configPath, 'current'],
  );
  assert.match((await fleet.run(['status'])).stdout, /2 tenants: 2 listening/);

  const rows = await fleet.ask<TenantRow[]>('tenant', 'list');
  assert.deepEqual(
    rows.map(({ name, label, state }) => [name, label, state]),
    [
      ['alpha', 'Alpha', 'listening'],
      ['beta', '', 'listening'],
    ],
  );
  assert.equal((await fleet.run(['tenant', 'list', '--quiet'])).stdout, 'alpha\nbeta');

  const beta = await fleet.ask<Shown>('tenant', 'show', 'beta');
  assert.deepEqual([beta.name, beta.messages, beta.counters.accepted], ['beta', 0, 0]);
  assert.deepEqual([beta.settings.maxMessages, beta.settings.listeners.smtp.mode], [10, '660']);
  assert.deepEqual([beta.smtp, beta.pop3], [[`unix:${fleet.socketPath('beta', 'smtp')}`], []]);
  assert.match((await fleet.run(['tenant', 'show', 'alpha'])).stdout, /^label +Alpha$[\s\S]*^size +0 B$/m);
  assert.deepEqual(await fleet.ask('tenant', 'list', '--quiet'), ['alpha', 'beta']);
});

test('a tenant is added, listens when the command ends, and is told how to be used', async () => {
  const added = await fleet.ask<TenantReply>('tenant', 'add', 'gamma', 'label=Gamma', 'smtp.maxRecipients=5');
  assert.deepEqual(added, {
    name: 'gamma',
    uid: added.uid,
    state: 'listening',
    smtp: [`unix:${fleet.socketPath('gamma', 'smtp')}`],
    http: [`unix:${fleet.socketPath('gamma', 'http')}`],
  });
  assert.match(added.uid, /^[0-9a-f]{16}$/);
  assert.equal((await fleet.get('gamma', '/livez')).status, 200);
  assert.ok(tenantsFile().startsWith('# keep me\ntenants:\n  alpha: { label: "Alpha" }   # and me\n'));

  const { code, stdout } = await fleet.run(['tenant', 'add', 'delta']);
  assert.equal(code, 0);
  assert.match(stdout, /sendmail_path = ".*mpctl sendmail -S unix:.*\/delta\/smtp\.sock -t -i"/);
  assert.match(stdout, /MAILER_DSN="sendmail:\/\/default\?command=/);
});

test('the binds of POP3 are told where there are some', async () => {
  const words = ['tenant', 'add', 'pop', 'pop3.auth=env:MPCTL_TEST_POP3', 'listeners.pop3.maxConnections=5'];
  const bind = `unix:${fleet.socketPath('pop', 'pop3')}`;
  assert.deepEqual((await fleet.ask<TenantReply>(...words)).pop3, [bind]);
  assert.match((await fleet.run(['tenant', 'set', 'pop', 'label=x'])).stdout, /^ {2}pop3 {2}unix:/m);
  assert.deepEqual((await fleet.ask<Shown>('tenant', 'show', 'pop')).pop3, [bind]);
  assert.equal((await fleet.run(['tenant', 'remove', 'pop', '--yes'])).code, 0);
});

test('adding what is there, or what cannot be, changes nothing', async () => {
  const before = tenantsFile();
  assert.equal((await fleet.run(['tenant', 'add', 'alpha'])).code, 5);
  const bad = await fleet.run(['tenant', 'add', 'UPPER', '--json']);
  assert.notEqual(bad.code, 0);
  assert.ok(JSON.parse(bad.stdout).error.message);
  const typo = await fleet.run(['tenant', 'add', 'epsilon', 'maxMesages=5']);
  assert.equal(typo.code, 2);
  assert.match(typo.stderr, /did you mean maxMessages/);
  // No line of a file that was not written.
  assert.match(typo.stderr, /^tenants\.epsilon\.maxMesages: unknown key/m);
  const unset = await fleet.run(['tenant', 'set', 'alpha', '--unset', 'lable']);
  assert.deepEqual([unset.code, unset.stderr], [2, 'mpctl: unknown key "lable", did you mean label?']);
  assert.equal(tenantsFile(), before);
});

test('settings are set and taken out live', async () => {
  assert.equal((await fleet.run(['tenant', 'set', 'beta', 'maxMessages=7', 'label=Two words'])).code, 0);
  const { settings } = await fleet.ask<Shown>('tenant', 'show', 'beta');
  assert.deepEqual([settings.maxMessages, settings.label], [7, 'Two words']);
  assert.equal(
    (await fleet.run(['tenant', 'set', 'beta', '--unset', 'maxMessages', '--unset', 'label'])).code,
    0,
  );
  const { settings: after } = await fleet.ask<Shown>('tenant', 'show', 'beta');
  assert.deepEqual([after.maxMessages, after.label], [500, '']);
  assert.equal((await fleet.run(['tenant', 'set', 'beta'])).code, 2);
  assert.equal((await fleet.run(['tenant', 'set', 'nobody', 'label=x'])).code, 3);
});

test('suspended it answers 503 and 421, resumed as before', async () => {
  const { state } = await fleet.ask<TenantReply>('tenant', 'suspend', 'beta');
  assert.equal(state, 'suspended');
  const again = await fleet.run(['tenant', 'suspend', 'beta']);
  assert.deepEqual([again.code, again.stderr], [0, 'beta was suspended already']);
  assert.equal((await fleet.get('beta', '/api/v1/messages')).status, 503);
  const refused = await fleet.run(
    ['sendmail', '-S', `unix:${fleet.socketPath('beta', 'smtp')}`, 'a@b.test'].slice(0, 4),
    {
      input: 'Subject: x\n\n',
    },
  );
  assert.equal(refused.code, 1);
  assert.equal((await fleet.ask<TenantReply>('tenant', 'resume', 'beta')).state, 'listening');
  assert.equal((await fleet.get('beta', '/api/v1/messages')).status, 200);
});

test('renamed it keeps its uid, and the old name is gone', async () => {
  const { uid } = await fleet.ask<TenantReply>('tenant', 'add', 'old');
  const renamed = await fleet.ask<TenantReply>('tenant', 'rename', 'old', 'new');
  assert.deepEqual([renamed.name, renamed.uid, renamed.state], ['new', uid, 'listening']);
  assert.equal((await fleet.run(['tenant', 'show', 'old'])).code, 3);
  assert.equal((await fleet.run(['tenant', 'rename', 'nobody', 'else'])).code, 3);
  assert.equal((await fleet.run(['tenant', 'rename', 'new', 'alpha'])).code, 5);
});

test('removing asks, and without a terminal needs --yes', async () => {
  await fleet.ask('tenant', 'add', 'gone');
  const asked = await fleet.run(['tenant', 'remove', 'gone']);
  assert.equal(asked.code, 2);
  assert.match(asked.stderr, /--yes/);
  assert.equal((await fleet.run(['tenant', 'remove', 'gone', '--yes'])).code, 0);
  assert.equal((await fleet.run(['tenant', 'show', 'gone'])).code, 3);
  assert.equal((await fleet.run(['tenant', 'remove', 'gone', '--yes'])).code, 3);
  await assert.rejects(fleet.get('gone', '/livez'), { code: 'ENOENT' });
});

test('a dry run shows the lines and does nothing', async () => {
  const before = tenantsFile();
  for (const words of [
    ['add', 'dry'],
    ['set', 'alpha', 'label=dry'],
    ['rename', 'alpha', 'dry'],
    ['suspend', 'alpha'],
    ['remove', 'alpha'],
  ]) {
    const reply = await fleet.ask<DryRunReply>('tenant', ...words, '--dry-run');
    assert.equal(reply.file, fleet.configPath, words.join(' '));
    assert.ok(reply.diff.length > 0, words.join(' '));
  }
  const { code, stdout } = await fleet.run(['tenant', 'add', 'dry', '--dry-run']);
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}\+ +dry/m);
  assert.equal(tenantsFile(), before);
});

test('plan says what differs, apply does it at once, and both tell what is wrong', async () => {
  const before = tenantsFile();
  assert.equal((await fleet.run(['plan'])).code, 0);
  writeFileSync(fleet.configPath, `${before}  zeta: {}\n`);
  const applied = await fleet.run(['apply']);
  assert.equal(applied.code, 0, applied.stderr);
  assert.equal((await fleet.get('zeta', '/livez')).status, 200);

  writeFileSync(fleet.configPath, `${before}  eta: { maxMesages: 1 }\n`);
  for (const command of ['plan', 'apply', 'check']) {
    const { code, stderr } = await fleet.run([command]);
    assert.equal(code, 6, command);
    assert.match(stderr, /tenants\.yaml:\d+:\d+: tenants\.eta\.maxMesages: unknown key/);
  }
  writeFileSync(fleet.configPath, before);
  assert.equal((await fleet.run(['apply', '--confirm'])).code, 0);
});

test('a change that looks like an accident is held until it is confirmed', async () => {
  const before = tenantsFile();
  writeFileSync(fleet.configPath, 'tenants: {}\n');
  const held = await fleet.run(['apply']);
  assert.equal(held.code, 1);
  const shown = await fleet.run(['apply', '--confirm', '--dry-run']);
  assert.deepEqual([shown.code, shown.stdout], [10, (await fleet.run(['plan'])).stdout]);
  assert.match(held.stderr, /held: no tenant is left/);
  assert.match(held.stdout, /^nothing was done; confirmed it would do this:\n {2}- /);
  assert.match(
    (await fleet.run(['status'])).stdout,
    /no tenant is left .*`mpctl plan`.*`mpctl apply --confirm`/,
  );
  assert.equal((await fleet.get('alpha', '/livez')).status, 200);
  assert.equal((await fleet.ask<ControlStatus>('status')).config.state, 'held');
  writeFileSync(fleet.configPath, before);
  assert.equal((await fleet.run(['apply', '--confirm'])).code, 0);
});

test('a second controller on the same run folder names the first', async () => {
  const { code, stderr } = await fleet.run(['serve']);
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(String(fleet.pid)));
});

test('the log is JSON lines, and stdout stays empty', () => {
  for (const line of fleet.log.split('\n').filter(Boolean)) assert.ok(JSON.parse(line).msg, line);
});

test('it ends within 10 s with 0, and its sockets are gone', async () => {
  await using other = await Fleet.serving('tenants: { one: {} }\n');
  assert.equal(await other.stop('SIGINT'), 0);
  await assert.rejects(other.get('one', '/livez'));
});

test('who names another file than the one that runs is told', async () => {
  await using fleet = await Fleet.serving('tenants: {}\n');
  const other = join(fleet.dir, 'other.yaml');
  writeFileSync(other, 'tenants: {}\n');
  const ask = (words: string[], config: string) =>
    execa(mpctlPath, [...words, '--config', config, '--run-dir', fleet.runDir]);
  const told = `the controller runs ${fleet.configPath}, not ${other}`;
  assert.match((await ask(['tenant', 'add', 'alpha'], other)).stderr, new RegExp(told));
  assert.match((await ask(['status'], other)).stderr, new RegExp(told));
  assert.equal((await ask(['tenant', 'remove', 'alpha', '--yes'], fleet.configPath)).stderr, '');
  assert.equal(readFileSync(other, 'utf8'), 'tenants: {}\n');
});
