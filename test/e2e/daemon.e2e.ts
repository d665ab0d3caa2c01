import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { TenantDetail, TenantRow } from '../../libs/wire/control-http.ts';
import { askControl } from '../harness/control.ts';
import { Fleet, httpGet, mpctlPath } from '../harness/fleet.ts';
import { freePorts } from '../harness/free-port.ts';
import { SmtpTalk, sendMail } from '../harness/smtp-talk.ts';

/** Prints each datagram that comes as one line; Node cannot receive them. */
const receiver = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('bound', flush=True)
while True: print(s.recv(4096).decode().replace('\\n', ' '), flush=True)`;

test('systemd is told of readiness, reloads and the end', async () => {
  await using fleet = new Fleet('tenants: {a1: {}}\n');
  const path = join(fleet.dir, 'notify.sock');
  const python = spawn('python3', ['-c', receiver, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
    const next = async () => String((await lines.next()).value);
    assert.equal(await next(), 'bound');
    const served = fleet.serve({ NOTIFY_SOCKET: path });
    assert.match(await next(), /\bREADY=1/);
    // At once: whoever is told so may ask.
    process.kill(fleet.pid, 'SIGHUP');
    assert.match(await next(), /\bRELOADING=1\b.*MONOTONIC_USEC=\d+/);
    assert.match(await next(), /\bREADY=1/);
    await served;
    assert.equal(await fleet.stop(), 0);
    assert.match(await next(), /\bSTOPPING=1/);
  } finally {
    python.kill('SIGKILL');
    await once(python, 'exit');
  }
});

test('metrics tell of tenants, mail, shards and the configuration, on an address too', async () => {
  const [port = 0, moved = 0] = await freePorts(2);
  const yaml = (listen: number) =>
    `metrics: {listen: ["127.0.0.1:${listen}"]}\ntenants: {a1: {}, b1: {suspended: true}}\n`;
  await using fleet = await Fleet.serving(yaml(port));
  assert.match((await sendMail(fleet.socketPath('a1', 'smtp'), 'counted')) ?? '', /^250/);
  const { body } = await httpGet(join(fleet.runDir, '.control.sock'), '/metrics');
  for (const line of [
    /^mpctl_tenants\{state="listening"\} 1$/m,
    /^mpctl_tenants\{state="suspended"\} 1$/m,
    /^mpctl_mails_accepted_total\{shard="\d"\} 1$/m,
    /^mpctl_shard_up\{shard="0"\} 1$/m,
    /^mpctl_shard_restarts_total\{shard="0"\} 0$/m,
    /^mpctl_config_issues 0$/m,
    /^mpctl_config_held 0$/m,
  ]) {
    assert.match(body, line);
  }
  const fetched = async (from: number, path = '/metrics') => {
    try {
      return (await fetch(`http://127.0.0.1:${from}${path}`)).status;
    } catch {
      return null;
    }
  };
  assert.equal(await fetched(port), 200);
  assert.equal(await fetched(port, '/v1/status'), 404);
  writeFileSync(fleet.configPath, yaml(moved));
  await askControl(fleet, 'POST', '/v1/apply');
  assert.deepEqual([await fetched(port), await fetched(moved)], [null, 200]);
});

test('the control socket is its owner’s, or a group’s', async () => {
  const modeOf = (fleet: Fleet) => (statSync(join(fleet.runDir, '.control.sock')).mode & 0o777).toString(8);
  {
    await using fleet = await Fleet.serving('tenants: {}\n');
    assert.equal(modeOf(fleet), '600');
  }
  const gid = process.getgid?.() ?? 0;
  await using fleet = await Fleet.serving(`control: {group: "${gid}"}\ntenants: {}\n`);
  assert.equal(modeOf(fleet), '660');
});

test('a port that somebody else holds fails alone, is told, and is taken when it is free', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as { port: number };
  const yaml = `tenants:\n  a1: {listeners: {smtp: {bind: ["unix:smtp.sock", "127.0.0.1:${port}"]}}}\n  b1: {}\n`;
  await using fleet = new Fleet(yaml);
  writeFileSync(
    fleet.configPath,
    yaml.replace('unix:smtp.sock', `unix:${join(fleet.runDir, 'a1/smtp.sock')}`),
  );
  await fleet.serve();
  const detail = async () => (await askControl<TenantDetail>(fleet, 'GET', '/v1/tenants/a1')).body;
  const { state, error } = await detail();
  assert.equal(state, 'partial');
  assert.match(error, new RegExp(`SOCKET_IN_USE.*${port}`));
  using talk = new SmtpTalk(fleet.socketPath('a1', 'smtp'));
  assert.match((await talk.reply()) ?? '', /^220/);
  assert.equal((await fleet.get('b1', '/livez')).status, 200);
  const { code, stderr } = await fleet.run(['apply']);
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`^mpctl: a1: SOCKET_IN_USE.*${port}`, 'm'));

  holder.close();
  while ((await detail()).state !== 'listening') await sleep(100);
  using overTcp = new SmtpTalk(port);
  assert.match((await overTcp.reply()) ?? '', /^220/);
  assert.equal((await fleet.run(['apply'])).code, 0);
});

for (const api of ['private', 'public'] as const) {
  test(`a port goes from one listener of a tenant to another (${api} API)`, async () => {
    const [port = 0] = await freePorts(1);
    const yaml = (listeners: string) => `tenants:\n  a1: { listeners: { ${listeners} } }\n`;
    await using fleet = await Fleet.serving(yaml(`http: { bind: "127.0.0.1:${port}" }`), {
      MPCTL_PUBLIC_SOCKETS: api === 'public' ? '1' : '',
    });
    const isThere = async () => (await fetch(`http://127.0.0.1:${port}/livez`)).status;
    assert.equal(await isThere(), 200);
    fleet.write(yaml(`web: { protocol: http, bind: "127.0.0.1:${port}" }`));
    const { code, stderr } = await fleet.run(['apply']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(await isThere(), 200);
    assert.equal((await fleet.get('a1', '/livez')).status, 200);
    fleet.write(yaml(`http: { bind: "127.0.0.1:${port}" }`));
    assert.equal((await fleet.run(['apply'])).code, 0);
    assert.equal(await isThere(), 200);
    assert.doesNotMatch(fleet.log, /SOCKET_IN_USE/);
  });
}

test('tenants are listed in the order of the file', async () => {
  await using fleet = await Fleet.serving('tenants:\n  zeta: {}\n  alpha: {}\n');
  fleet.write('tenants:\n  zeta: {}\n  middle: {}\n  alpha: {}\n');
  assert.equal((await fleet.run(['apply'])).code, 0);
  const running = (await fleet.run(['tenant', 'list', '-q'])).stdout;
  assert.deepEqual(running.split('\n'), ['zeta', 'middle', 'alpha']);
  await fleet.stop();
  assert.equal((await fleet.run(['tenant', 'list', '-q'])).stdout, running);
});

test('a daemon that is stopping changes nothing, and says so', async () => {
  await using fleet = await Fleet.serving('tenants:\n  alpha: {}\n');
  using talk = new SmtpTalk(fleet.socketPath('alpha', 'smtp'));
  await talk.reply();
  for (const line of ['EHLO me', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA'])
    await talk.say(line);
  process.kill(fleet.pid, 'SIGTERM');
  while (!/stopping/.test(fleet.log)) await sleep(10);
  const { code, stderr } = await fleet.run(['tenant', 'add', 'third']);
  assert.deepEqual([code, stderr], [1, 'mpctl: the daemon is stopping: nothing was changed']);
  assert.equal(readFileSync(fleet.configPath, 'utf8'), 'tenants:\n  alpha: {}\n');
  talk.socket.destroy();
  // Only its end is waited for: a second SIGTERM would hurry it.
  assert.equal(await fleet.stop('SIGCONT'), 0);
});

test('what waits for a restart is told by the log, the status and the plan', async () => {
  const yaml = 'tenants: {a1: {}}\n';
  await using fleet = await Fleet.serving(yaml);
  writeFileSync(fleet.configPath, `hostname: mx.test\nlog: {level: warn}\n${yaml}`);
  const { stderr, code } = await fleet.run(['apply']);
  assert.equal(code, 0);
  const told =
    /hostname: warning: waits for a restart of the daemon, which runs with \S+ instead of mx\.test/;
  assert.match(stderr, told);
  assert.match((await fleet.run(['status'])).stdout, told);
  const plan = await fleet.run(['plan']);
  assert.match(plan.stderr, told);
  assert.equal(plan.code, 0);
  assert.match(fleet.log, /"path":"hostname"[^\n]*waits for a restart/);
});

test('a second daemon with another run folder is kept out of the data folder', async () => {
  await using fleet = await Fleet.serving('tenants: {}\n');
  const runDir = join(fleet.dir, 'run2');
  const { stderr, exitCode } = await execa(
    mpctlPath,
    ['serve', '--config', fleet.configPath, '--run-dir', runDir, '--data-dir', fleet.dataDir],
    { reject: false },
  );
  assert.equal(exitCode, 1);
  assert.match(stderr, new RegExp(`process ${fleet.pid}\\) keeps its mail in ${fleet.dataDir}`));
});

test('after a restart a mailbox is counted when somebody looks into it, and is not said to be empty before', async () => {
  await using fleet = await Fleet.serving('tenants: { used: {}, fresh: {} }\n');
  await sendMail(fleet.socketPath('used', 'smtp'), 'kept');
  assert.equal(await fleet.stop(), 0);
  await fleet.serve();
  const counts = async () =>
    (await fleet.ask<TenantRow[]>('tenant', 'list')).map(({ name, messages }) => [name, messages]);
  assert.deepEqual(await counts(), [
    ['used', null],
    ['fresh', 0],
  ]);
  assert.equal((await fleet.ask<{ messages: number }>('tenant', 'show', 'used')).messages, 1);
  await fleet.get('used', '/api/v1/messages');
  assert.deepEqual(await counts(), [
    ['used', 1],
    ['fresh', 0],
  ]);
});

test('it says in the log that it serves, takes over changes, and stops', async () => {
  await using fleet = await Fleet.serving('tenants: { a: {} }\n');
  await fleet.run(['tenant', 'add', 'b']);
  assert.equal(await fleet.stop(), 0);
  const said = fleet.log.split('\n').flatMap(line => (line.startsWith('{') ? [JSON.parse(line)] : []));
  const wanted = ['serving', 'took over the tenants file', 'stopping', 'stopped'];
  assert.deepEqual(
    said.map(({ msg }) => msg).filter(msg => wanted.includes(msg)),
    wanted,
  );
  assert.deepEqual(
    said.flatMap(({ tenants }) => tenants ?? []),
    [1, 2],
  );
});

test('a folder that cannot be made is told in a sentence', async () => {
  await using fleet = await Fleet.serving('tenants: {}\n');
  writeFileSync(join(fleet.runDir, 'file'), '');
  const below = join(fleet.runDir, 'file/below');
  for (const folders of [
    ['--run-dir', below, '--data-dir', join(fleet.runDir, 'data')],
    ['--run-dir', join(fleet.runDir, 'run'), '--data-dir', below],
  ]) {
    const words = ['serve', '--config', fleet.configPath, ...folders];
    const { exitCode, stderr } = await execa(mpctlPath, words, { reject: false });
    assert.equal(exitCode, 1);
    assert.match(stderr, /cannot make the (run|data) folder: .*\n +name another with --/m);
    assert.doesNotMatch(stderr, /^ +at /m);
  }
});

test('a socket that somebody removed is bound again at apply, the others staying as they are', async () => {
  await using fleet = await Fleet.serving('tenants: { a: {}, b: {} }\n');
  const path = fleet.socketPath('a', 'smtp');
  using kept = new SmtpTalk(fleet.socketPath('b', 'smtp'));
  await kept.reply();
  rmSync(path);
  await assert.rejects(sendMail(path, 'lost'));
  assert.equal((await fleet.run(['apply'])).code, 0);
  assert.ok(await sendMail(path, 'found'));
  rmSync(dirname(path), { recursive: true });
  assert.equal((await fleet.run(['apply'])).code, 0);
  assert.ok(await sendMail(path, 'found'));
  assert.equal((await fleet.get('a', '/livez')).status, 200);
  assert.match((await kept.say('NOOP')) ?? '', /^250/);
});
