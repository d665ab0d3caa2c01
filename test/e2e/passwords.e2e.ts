/** Credentials that mpctl makes and changes. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { execa } from 'execa';
import { WebSocket } from 'ws';
import { Fleet, mpctlPath } from '../harness/fleet.ts';
import { fetchRaw } from '../harness/raw-http.ts';

const usersFile = '/etc/mpctl-test-users';

let fleet: Fleet;
before(async () => {
  fleet = await Fleet.serving(`proxy: { baseDomain: mail.example.com, apply: manual }
tenants:
  filed: { ui: { authFile: ${usersFile} } }
  sender: { smtp: { authAllowInsecure: true } }
`);
});
after(() => fleet[Symbol.asyncDispose]());

type Said = { name: string; url?: string; user?: string; password?: string; lists?: string[] };

async function statusOf(tenant: string, login?: string): Promise<number> {
  const socketPath = fleet.socketPath(tenant, 'http');
  const host = `${tenant}.mail.example.com`;
  const { status } = await fetchRaw({
    socketPath,
    path: '/api/v1/info',
    auth: login ?? null,
    headers: { host },
  });
  return status;
}
const file = () => readFileSync(fleet.configPath, 'utf8');

test('a new tenant has a user whose password is shown once and written nowhere', async () => {
  const { url, user, password } = await fleet.ask<Said>('tenant', 'add', 'project-a');
  assert.deepEqual([url, user], ['http://project-a.mail.example.com/', 'project-a']);
  assert.match(password ?? '', /^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
  assert.equal(await statusOf('project-a', `project-a:${password}`), 200);
  assert.equal(await statusOf('project-a'), 401);
  assert.match(file(), /project-a:\n {4}ui:\n {6}auth: \["project-a:\$2y\$10\$/);
  assert.ok(!file().includes(password ?? '') && !fleet.log.includes(password ?? ''));

  const { stdout } = await fleet.run(['tenant', 'add', 'project-b']);
  const shown = /^ {2}password {2}(\S+) {2}\(shown this once\)$/m.exec(stdout)?.[1];
  assert.match(stdout, /^ {2}url {3}http:\/\/project-b\.mail\.example\.com\/$/m);
  assert.equal(await statusOf('project-b', `project-b:${shown}`), 200);
  assert.match((await fleet.run(['tenant', 'show', 'project-b'])).stdout, /asks for a password/);
});

test('what a login needs beside the password is said with the command for it', async () => {
  await fleet.ask('tenant', 'add', 'bare', '--no-auth');
  const smtp = await fleet.run(['tenant', 'passwd', 'bare', '--for', 'smtp']);
  assert.equal(smtp.code, 2);
  assert.match(smtp.stderr, /first: mpctl tenant set bare smtp\.tlsCert=FILE smtp\.tlsKey=FILE/);
  const pop3 = await fleet.run(['tenant', 'passwd', 'bare', '--for', 'pop3']);
  assert.equal(pop3.code, 0);
  assert.match(pop3.stderr, /no POP3 listener yet: mpctl tenant set bare listeners\.pop3\.bind=:1110/);
});

test('none is made where somebody said who may read the page, or asked for none', async () => {
  const open = await fleet.ask<Said>('tenant', 'add', 'open', 'auth=none');
  assert.deepEqual(
    [open.url, open.user, open.password],
    ['http://open.mail.example.com/', undefined, undefined],
  );
  const own = await fleet.ask<Said>('tenant', 'add', 'own', 'ui.auth=env:SOMEBODY');
  assert.equal(own.password, undefined);
  const closed = await fleet.run(['tenant', 'add', 'closed', '--no-auth']);
  assert.match(closed.stdout, /403 until it has users: mpctl tenant passwd/);
  assert.equal(await statusOf('closed'), 403);
});

test('a new password counts at once and drops no connection', async () => {
  const { password: first } = await fleet.ask<Said>('tenant', 'add', 'live');
  const events = new WebSocket(`ws+unix://${fleet.socketPath('live', 'http')}:/api/events`, {
    auth: `live:${first}`,
  });
  await once(events, 'open');
  const { password, user, lists, url } = await fleet.ask<Said>('tenant', 'passwd', 'live');
  assert.deepEqual([user, lists, url], ['live', ['ui'], 'http://live.mail.example.com/']);
  assert.equal(await statusOf('live', `live:${first}`), 401);
  assert.equal(await statusOf('live', `live:${password}`), 200);
  const told = once(events, 'message');
  const smtp = `unix:${fleet.socketPath('live', 'smtp')}`;
  await execa(mpctlPath, ['sendmail', '-S', smtp, 'b@example.test'], { input: 'Subject: x\n\nhello\n' });
  await told;
  events.terminate();
});

test('a given password is taken from stdin and never said again', async () => {
  const given = 'pass word: ü';
  const ran = await fleet.run(['tenant', 'passwd', 'closed', '--user', 'ann', '--password-stdin'], {
    input: `${given}\nsecond line\n`,
  });
  assert.equal(ran.code, 0, ran.stderr);
  assert.ok(!ran.stdout.includes(given));
  const json = await fleet.run(['tenant', 'passwd', 'closed', '--password-stdin', '--json'], {
    input: given,
  });
  assert.deepEqual(Object.keys(JSON.parse(json.stdout)), ['name', 'user', 'lists', 'url']);
  assert.equal(JSON.parse(json.stdout).user, 'ann', 'the only one there is');
  assert.equal(await statusOf('closed', `ann:${given}`), 200);
  for (const input of ['', '\n', 'x'.repeat(73), 'a\0b']) {
    assert.equal((await fleet.run(['tenant', 'passwd', 'closed', '--password-stdin'], { input })).code, 2);
  }
});

test('a terminal is asked twice and shows nothing', async () => {
  const words = [mpctlPath, 'tenant', 'passwd', 'closed', '--user', 'tty', '--password-stdin'];
  const script = `
import os, pty, sys, time
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
seen = b''
for question in (b'Password: ', b'Once more: '):
    while question not in seen:
        seen += os.read(terminal, 1024)
    time.sleep(0.2)
    os.write(terminal, b'typed\\r')
try:
    while True:
        part = os.read(terminal, 1024)
        if not part: break
        seen += part
except OSError:
    pass
sys.stdout.write(seen.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;
  const { stdout } = await execa('python3', ['-c', script, ...words, ...fleet.options]);
  assert.ok(!stdout.includes('typed'), stdout);
  assert.match(stdout, /new password for ui/);
  assert.equal(await statusOf('closed', 'tty:typed'), 200);
});

test('it changes the lists that know the user, or those that are named', async () => {
  const both = await fleet.ask<Said>(
    'tenant',
    'passwd',
    'sender',
    '--user',
    'bob',
    '--for',
    'smtp',
    '--for',
    'ui',
  );
  assert.deepEqual(both.lists, ['smtp', 'ui']);
  const again = await fleet.ask<Said>('tenant', 'passwd', 'sender', '--user', 'bob');
  assert.deepEqual(again.lists, ['ui', 'smtp']);
  assert.equal(await statusOf('sender', `bob:${again.password}`), 200);
  const ann = await fleet.ask<Said>('tenant', 'passwd', 'sender', '--user', 'ann');
  assert.deepEqual(ann.lists, ['ui']);
  const unclear = await fleet.run(['tenant', 'passwd', 'sender']);
  assert.deepEqual([unclear.code, /--user bob, --user ann/.test(unclear.stderr)], [2, true]);
});

test('what cannot be is refused, and changes nothing', async () => {
  const before = file();
  const refused = async (...words: string[]) => {
    const { code, stderr, stdout } = await fleet.run(['tenant', 'passwd', ...words]);
    assert.equal(stdout, '');
    return `${code} ${stderr}`;
  };
  assert.match(await refused('nobody'), /^3 /);
  assert.match(await refused('filed'), new RegExp(`^[12] .*users of ui are in ${usersFile}`));
  assert.match(await refused('sender', '--user', 'a:b'), /cannot be the name of a user/);
  assert.match(await refused('sender', '--for', 'imap'), /^2 .*ui, smtp, pop3, sendApi/s);
  assert.match(await refused('live', '--for', 'smtp'), /needs smtp\.tlsCert/);
  assert.equal(file(), before);
});

test('without a controller it works on the file', async () => {
  await using alone = new Fleet('proxy: { baseDomain: mail.example.com }\ntenants: {}\n');
  const { user, password, url } = await alone.ask<Said>('tenant', 'add', 'project-a');
  assert.deepEqual([user, url], ['project-a', 'http://project-a.mail.example.com/']);
  assert.ok(password);
  assert.equal((await alone.run(['tenant', 'passwd', 'project-a'])).code, 0);
  await using plain = new Fleet('tenants: {}\n');
  assert.equal((await plain.ask<Said>('tenant', 'add', 'project-a')).password, undefined);
});
