import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlError, ControlStatus, TenantReply, TenantRow } from '../../libs/wire/control-http.ts';
import { askControl } from '../harness/control.ts';
import { Fleet, httpGet } from '../harness/fleet.ts';
import { Load } from '../harness/load.ts';
import { SmtpTalk, sendMail } from '../harness/smtp-talk.ts';

const twenty = Array.from({ length: 20 }, (_, at) => `t${at}`);
const yamlOf = (names: readonly string[]) => `tenants:\n${names.map(name => `  ${name}: {}\n`).join('')}`;

async function uidOf(fleet: Fleet, name: string): Promise<string | undefined> {
  const { body } = await askControl<TenantRow[]>(fleet, 'GET', '/v1/tenants');
  return body.find(row => row.name === name)?.uid;
}

test('a hundred tenants added at once are all there, each answering when its answer came', async () => {
  await using fleet = await Fleet.serving('# kept\ntenants: {}\n');
  const added = await Promise.all(
    Array.from({ length: 100 }, async (_, at) => {
      const { status, body } = await askControl<TenantReply>(fleet, 'POST', '/v1/tenants', {
        name: `n${at}`,
      });
      assert.deepEqual([status, body.state], [201, 'listening']);
      using talk = new SmtpTalk(fleet.socketPath(`n${at}`, 'smtp'));
      assert.match((await talk.reply()) ?? '', /^220/);
      assert.equal((await fleet.get(`n${at}`, '/livez')).status, 200);
      return body.uid;
    }),
  );
  assert.equal(new Set(added).size, 100);
  const text = readFileSync(fleet.configPath, 'utf8');
  assert.match(text, /^# kept\n/);
  for (let at = 0; at < 100; at++) assert.match(text, new RegExp(`^ +n${at}: \\{\\}$`, 'm'));
});

test('a uid stays with a renamed tenant, comes back with a vanished one, and never with a removed one', async () => {
  await using fleet = await Fleet.serving(yamlOf(['a1', 'b1', 'c1']));
  const [a1, b1, c1] = await Promise.all(['a1', 'b1', 'c1'].map(name => uidOf(fleet, name)));

  const renamed = await askControl<TenantReply>(fleet, 'POST', '/v1/tenants/a1/rename', { to: 'a2' });
  assert.equal(renamed.body.uid, a1);
  await assert.rejects(httpGet(fleet.socketPath('a1', 'http'), '/livez'), { code: 'ENOENT' });

  writeFileSync(fleet.configPath, yamlOf(['a2', 'c1']));
  await askControl(fleet, 'POST', '/v1/apply');
  assert.equal(await uidOf(fleet, 'b1'), undefined);
  writeFileSync(fleet.configPath, yamlOf(['a2', 'b1', 'c1']));
  await askControl(fleet, 'POST', '/v1/apply');
  assert.equal(await uidOf(fleet, 'b1'), b1);

  await askControl(fleet, 'DELETE', '/v1/tenants/c1');
  const again = await askControl<TenantReply>(fleet, 'POST', '/v1/tenants', { name: 'c1' });
  assert.notEqual(again.body.uid, c1);
  assert.deepEqual(readdirSync(join(fleet.dataDir, '.trash')), [c1]);
});

test('where files are included, a tenant has a file of its own', async () => {
  await using fleet = new Fleet('include: tenants.d/*.yaml\ntenants: {}\n');
  mkdirSync(join(fleet.dir, 'tenants.d'));
  await fleet.serve();
  const own = (name: string) => join(fleet.dir, `tenants.d/${name}.yaml`);
  await Promise.all(['a1', 'b1'].map(name => askControl(fleet, 'POST', '/v1/tenants', { name })));
  assert.match(readFileSync(own('a1'), 'utf8'), /a1: \{\}/);
  const renamed = await askControl<TenantReply>(fleet, 'POST', '/v1/tenants/a1/rename', { to: 'c1' });
  assert.equal(renamed.body.state, 'listening');
  await askControl(fleet, 'DELETE', '/v1/tenants/b1');
  assert.deepEqual(readdirSync(join(fleet.dir, 'tenants.d')), ['c1.yaml']);
});

test('a refused change leaves no trace and says why', async () => {
  await using fleet = await Fleet.serving(yamlOf(['a1']));
  const text = readFileSync(fleet.configPath, 'utf8');
  const attempts: [string, string, unknown, number, string][] = [
    ['POST', '/v1/tenants', { name: 'a1' }, 409, 'TENANT_EXISTS'],
    ['POST', '/v1/tenants', { name: 'A 1' }, 400, 'BAD_REQUEST'],
    ['POST', '/v1/tenants', { nam: 'b1' }, 400, 'BAD_REQUEST'],
    ['PATCH', '/v1/tenants/a1', { set: [{ key: 'maxMesages', value: '1' }] }, 400, 'BAD_REQUEST'],
    ['PATCH', '/v1/tenants/a1', { set: [{ key: 'user', value: 'nobody-of-that-name' }] }, 400, 'BAD_REQUEST'],
    ['DELETE', '/v1/tenants/b1', undefined, 404, 'TENANT_NOT_FOUND'],
    ['GET', '/v1/nothing', undefined, 404, 'ROUTE_NOT_FOUND'],
  ];
  for (const [method, path, body, status, code] of attempts) {
    const answer = await askControl<ControlError>(fleet, method, path, body);
    assert.deepEqual([answer.status, answer.body.code], [status, code], `${method} ${path}`);
  }
  assert.equal(readFileSync(fleet.configPath, 'utf8'), text);
  assert.deepEqual(readdirSync(fleet.dir).sort(), ['data', 'run', 'tenants.yaml']);
});

test('changing the number of shards moves tenants and refuses nobody', async () => {
  await using fleet = await Fleet.serving(`shards: 2\n${yamlOf(twenty)}`);
  await using load = new Load(
    twenty.map(name => ({ smtp: fleet.socketPath(name, 'smtp'), http: fleet.socketPath(name, 'http') })),
  );
  for (const shards of [3, 1, 2]) {
    writeFileSync(fleet.configPath, `shards: ${shards}\n${yamlOf(twenty)}`);
    await askControl(fleet, 'POST', '/v1/apply');
    await load.until(20);
    const { body } = await askControl<ControlStatus>(fleet, 'GET', '/v1/status');
    assert.deepEqual(body.tenants.states, { listening: 20 });
    assert.equal(body.shards.filter(({ state }) => state === 'up').length, shards);
  }
  assert.deepEqual(load.refused, []);
});

test('changing one tenant touches no other, and a live change drops no connection', async () => {
  await using fleet = await Fleet.serving(yamlOf(['a1', 'b1']));
  await sendMail(fleet.socketPath('b1', 'smtp'), 'stays');
  using a1 = new SmtpTalk(fleet.socketPath('a1', 'smtp'));
  using b1 = new SmtpTalk(fleet.socketPath('b1', 'smtp'));
  await Promise.all([a1.reply(), b1.reply()]);
  const set = [{ key: 'maxMessages', value: '7' }];
  assert.equal((await askControl(fleet, 'PATCH', '/v1/tenants/a1', { set })).status, 200);
  assert.match((await a1.say('NOOP')) ?? '', /^250/);
  await askControl(fleet, 'DELETE', '/v1/tenants/a1');
  assert.match((await b1.say('NOOP')) ?? '', /^250/);
  assert.match((await fleet.get('b1', '/api/v1/messages')).body, /"total":1/);
});

test('mail in progress is finished before the daemon ends; a second signal does not wait', async () => {
  for (const signals of [1, 2]) {
    await using fleet = await Fleet.serving(yamlOf(['a1']));
    using talk = new SmtpTalk(fleet.socketPath('a1', 'smtp'));
    await talk.reply();
    for (const line of ['EHLO x', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA'])
      await talk.say(line);
    const startedAtMs = performance.now();
    const stopped = fleet.stop();
    await sleep(300);
    if (signals === 1) assert.match((await talk.say('Subject: last\r\n\r\nHello\r\n.')) ?? '', /^250/);
    else process.kill(fleet.pid, 'SIGTERM');
    assert.equal(await stopped, 0);
    assert.ok(performance.now() - startedAtMs < 5000, 'it waited for nothing');
  }
});
