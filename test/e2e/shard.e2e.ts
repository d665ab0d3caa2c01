/** A shard process alone, driven over its channel: mail in by SMTP, out by HTTP, and how it begins and ends. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TenantId } from '../../libs/base/ids.ts';
import { fetchFrom } from '../../libs/inbox-api/fetch-for-tests.ts';
import { tenantSocketPath } from '../../libs/spec/paths.ts';
import { bindTenant, ShardProcess, tenantSpec } from '../harness/shard-process.ts';
import { SmtpTalk, sendMail } from '../harness/smtp-talk.ts';

let dir = '';
let runDir = '';
before(() => {
  dir = mkdtempSync(join(tmpdir(), 'mpctl-'));
  runDir = join(dir, 'run');
});
after(() => rmSync(dir, { recursive: true }));

let count = 0;
const path = (tenant: string, listener: 'smtp' | 'http') =>
  tenantSocketPath(runDir, tenant as TenantId, listener);

/** A tenant of its own for each test. */
async function newTenant(changes = {}) {
  const name = `t${++count}`;
  const tenant = await bindTenant(runDir, tenantSpec(runDir, name, changes));
  return { ...tenant, name, smtp: path(name, 'smtp'), http: path(name, 'http') };
}

async function subjects(http: string): Promise<string[]> {
  const { json } = await fetchFrom({ socketPath: http, path: '/api/v1/messages' });
  return json.messages.map((message: { Subject: string }) => message.Subject);
}

test('a request that nobody foresaw is answered, and costs nobody the shard', async () => {
  const [a, b] = [await newTenant(), await newTenant()];
  await using shard = await ShardProcess.start([a]);
  const tenant = a.spec.id;
  const nothing = null as never;
  const seq = 900;
  for (const work of [{ kind: 'import', path: '\0', allowPrune: false }, nothing]) {
    shard.send({ type: 'work', seq, tenant, work: work as never });
    assert.notEqual((await shard.next('worked')).failure?.code, undefined);
  }
  for (const message of [
    { type: 'change', seq, spec: { ...a.spec, listeners: nothing }, closed: [], opened: [] },
    { type: 'open', seq, tenant: { uid: nothing, spec: { ...b.spec, listeners: nothing }, sockets: [] } },
  ] as const) {
    shard.send(message);
    const [failure] = (await shard.next('done')).failures;
    assert.match(`${failure?.state} ${failure?.error}`, /^failed UNKNOWN: TypeError/, message.type);
  }
  shard.send({ type: 'report', seq, scope: 3 as never });
  assert.equal((await shard.next('failed')).failure.code, 'UNKNOWN');
  assert.deepEqual((await shard.open(b, 7)).failures, []);
  assert.match((await sendMail(b.smtp, 'still there')) ?? '', /^250/);
  assert.equal(shard.child.exitCode, null);
});

test('two tenants: what is sent to one is there, and nothing of it at the other', async () => {
  const [a, b] = [await newTenant(), await newTenant()];
  await using _shard = await ShardProcess.start([a, b]);
  assert.match((await sendMail(a.smtp, 'for a')) ?? '', /^250 2\.0\.0 Ok: queued as \w{22}$/);
  const id = /as (\w+)/.exec((await sendMail(a.smtp, 'second')) ?? '')?.[1] ?? '';
  assert.deepEqual(await subjects(a.http), ['second', 'for a']);
  assert.deepEqual(await subjects(b.http), []);
  for (const route of [`message/${id}`, `message/${id}/raw`, 'message/latest']) {
    const at = (http: string) => fetchFrom({ socketPath: http, path: `/api/v1/${route}` });
    assert.equal((await at(a.http)).status, 200, route);
    const stranger = await at(b.http);
    assert.equal(stranger.status, 404, route);
    assert.doesNotMatch(stranger.text, /second/);
  }
  const body = JSON.stringify({ IDs: [id] });
  await fetchFrom({ socketPath: b.http, path: '/api/v1/messages', method: 'DELETE' }, body);
  await fetchFrom({ socketPath: b.http, path: '/api/v1/messages', method: 'DELETE' });
  assert.deepEqual(await subjects(a.http), ['second', 'for a']);
});

test('a tenant opened later gets its sockets as handles, beside one that goes on', async () => {
  const [first, later] = [await newTenant(), await newTenant()];
  await using shard = await ShardProcess.start([first]);
  using open = new SmtpTalk(first.smtp);
  await open.reply();
  assert.deepEqual((await shard.open(later, 7)).failures, []);
  await sendMail(later.smtp, 'late');
  assert.deepEqual(await subjects(later.http), ['late']);
  assert.equal(await open.say('NOOP'), '250 2.0.0 Ok');
});

test('a report counts, and has only those who are not idle', async () => {
  const [busy, idle] = [await newTenant(), await newTenant()];
  await using shard = await ShardProcess.start([busy, idle]);
  await sendMail(busy.smtp, 'one');
  await fetchFrom({ socketPath: busy.http, path: '/api/v1/messages', method: 'DELETE' });
  await sendMail(busy.smtp, 'two');
  using _open = new SmtpTalk(busy.smtp);
  await _open.reply();
  const report = await shard.report('all');
  assert.deepEqual(report.states, { listening: 2 });
  assert.equal(report.pid, shard.child.pid);
  assert.equal(report.totals.accepted, 2);
  assert.equal(report.tenants.length, 1);
  const [tenant] = report.tenants;
  assert(tenant && tenant.counters.acceptedBytes > 0);
  assert.deepEqual(
    { ...tenant, bytes: 0, counters: { ...tenant.counters, acceptedBytes: 0 } },
    {
      id: busy.name,
      state: 'listening',
      error: '',
      mendsItself: true,
      connections: 1,
      messages: 1,
      bytes: 0,
      counters: { accepted: 2, acceptedBytes: 0, rejected: 0, ignored: 0, deleted: 1 },
    },
  );
  assert.equal((await shard.report([idle.spec.id])).tenants.length, 1);
  assert.equal((await shard.report('totals')).tenants.length, 0);
});

test('looking whether a tenant lives opens no mailbox', async () => {
  const tenant = await newTenant();
  await using shard = await ShardProcess.start([tenant]);
  await sendMail(tenant.smtp, 'there');
  await shard.close(tenant.spec);
  await shard.open(tenant, 0);
  const opened = async () => (await shard.report('totals')).storage.openDatabases;
  assert.equal((await fetchFrom({ socketPath: tenant.http, path: '/livez' })).status, 200);
  assert.equal((await fetchFrom({ socketPath: tenant.http, path: '/nowhere' })).status, 404);
  assert.equal(await opened(), 0);
  assert.deepEqual(await subjects(tenant.http), ['there']);
  assert.equal(await opened(), 1);
});

test('mail that has become too old goes from a mailbox that nobody has opened', async () => {
  const tenant = await newTenant({ maxAgeMs: 1 });
  await using shard = await ShardProcess.start([tenant]);
  await sendMail(tenant.smtp, 'old');
  await shard.close(tenant.spec);
  await shard.open(tenant, 0);
  assert.equal((await shard.report([tenant.spec.id])).tenants[0]?.state, 'listening');
  shard.send({ type: 'tend', minute: 0 });
  while ((await subjects(tenant.http)).length > 0) await sleep(20);
});

describe('a live change', () => {
  test('holds for sessions that are open, and drops none', async () => {
    const tenant = await newTenant();
    await using shard = await ShardProcess.start([tenant]);
    using talk = new SmtpTalk(tenant.smtp);
    await talk.reply();
    assert.match((await talk.say('EHLO client')) ?? '', /^250-SIZE 0$/m);
    const agent = new Agent({ keepAlive: true });
    await fetchFrom({ socketPath: tenant.http, path: '/livez', agent });
    const before = (await shard.report()).tenants[0]?.connections;
    await shard.change({ ...tenant.spec, maxMessageSizeBytes: 1000, label: 'new' });
    assert.match((await talk.say('EHLO client')) ?? '', /^250-SIZE 1000$/m);
    assert.equal((await shard.report()).tenants[0]?.connections, before);
    agent.destroy();
  });

  test('of limits removes what they no longer allow', async () => {
    const tenant = await newTenant();
    await using shard = await ShardProcess.start([tenant]);
    for (const subject of ['1', '2', '3']) await sendMail(tenant.smtp, subject);
    await shard.change({ ...tenant.spec, maxMessages: 2 });
    assert.deepEqual(await subjects(tenant.http), ['3', '2']);
  });

  test('suspends and resumes', async () => {
    const tenant = await newTenant();
    await using shard = await ShardProcess.start([tenant]);
    using open = new SmtpTalk(tenant.smtp);
    await open.reply();
    await sendMail(tenant.smtp, 'before');
    await shard.change({ ...tenant.spec, suspended: true });
    assert.deepEqual((await shard.report()).states, { suspended: 1 });
    const refusal = '421 4.3.2 mx.test mpctl Service not available (suspended)';
    assert.equal(await open.say('NOOP'), refusal);
    using talk = new SmtpTalk(tenant.smtp);
    assert.equal(await talk.reply(), refusal);
    assert.equal(await talk.reply(), null);
    assert.equal((await fetchFrom({ socketPath: tenant.http, path: '/livez' })).status, 503);
    await shard.change(tenant.spec);
    await sendMail(tenant.smtp, 'after');
    assert.deepEqual(await subjects(tenant.http), ['after', 'before']);
  });
});

test('a full listener refuses in its own words, and has room again', async () => {
  const tenant = await newTenant();
  const listeners = tenant.spec.listeners.map(listener => ({ ...listener, maxConnections: 1 }));
  await using shard = await ShardProcess.start([tenant]);
  await shard.change({ ...tenant.spec, listeners });
  const first = new SmtpTalk(tenant.smtp);
  await first.reply();
  const greeting = async () => {
    using talk = new SmtpTalk(tenant.smtp);
    return (await talk.reply()) ?? '';
  };
  assert.match(await greeting(), /^421 4\.7\.0 .*\(limit maxConnections: 1\)$/);
  await first.say('QUIT');
  // The shard sees the ends of the two a moment later.
  while (!(await greeting()).startsWith('220')) await sleep(10);
  const agent = new Agent({ keepAlive: true });
  await fetchFrom({ socketPath: tenant.http, path: '/livez', agent });
  const refused = await fetchFrom({ socketPath: tenant.http, path: '/livez' });
  assert.equal(refused.status, 503);
  assert.match(refused.text, /limit maxConnections: 1/);
  agent.destroy();
});

test('a mail above maxBytes alone is refused for good', async () => {
  const tenant = await newTenant({ maxBytes: 100 });
  await using _shard = await ShardProcess.start([tenant]);
  assert.match((await sendMail(tenant.smtp, 'x'.repeat(100))) ?? '', /^552 5\.3\.4 .*\(100\)$/);
  assert.deepEqual(await subjects(tenant.http), []);
});

describe('closing a tenant', () => {
  test('lets mail in progress come whole, and ends the idle', async () => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    await using shard = await ShardProcess.start([tenant, other]);
    using idle = new SmtpTalk(tenant.smtp);
    using busy = new SmtpTalk(tenant.smtp);
    using untouched = new SmtpTalk(other.smtp);
    for (const talk of [idle, busy, untouched]) await talk.reply();
    for (const line of ['EHLO c', 'MAIL FROM:<a@b.c>', 'RCPT TO:<a@b.c>', 'DATA']) await busy.say(line);
    const agent = new Agent({ keepAlive: true });
    await fetchFrom({ socketPath: tenant.http, path: '/livez', agent });
    const closed = shard.close(tenant.spec, 10_000);
    assert.match((await idle.reply()) ?? '', /^421 4\.3\.2 /);
    const waiting = sendMail(tenant.smtp, 'waits in the queue of the kernel');
    assert.match((await busy.say('Subject: whole\r\n\r\nHi\r\n.')) ?? '', /^250/);
    await closed;
    assert.equal(await untouched.say('NOOP'), '250 2.0.0 Ok');
    assert.deepEqual((await shard.open(tenant, 0)).failures, []);
    assert.match((await waiting) ?? '', /^250/);
    assert.deepEqual(await subjects(tenant.http), ['waits in the queue of the kernel', 'whole']);
    agent.destroy();
  });

  test('cuts off what does not end in time', async () => {
    const tenant = await newTenant();
    await using shard = await ShardProcess.start([tenant]);
    using busy = new SmtpTalk(tenant.smtp);
    await busy.reply();
    for (const line of ['EHLO c', 'MAIL FROM:<a@b.c>', 'RCPT TO:<a@b.c>', 'DATA']) await busy.say(line);
    await shard.close(tenant.spec, 50);
    assert.equal(await busy.reply(), null);
  });
});

describe('the end of a shard', () => {
  test('stop lets mail in progress come whole, then it exits 0', async () => {
    const tenant = await newTenant();
    await using shard = await ShardProcess.start([tenant]);
    using busy = new SmtpTalk(tenant.smtp);
    await busy.reply();
    for (const line of ['EHLO c', 'MAIL FROM:<a@b.c>', 'RCPT TO:<a@b.c>', 'DATA']) await busy.say(line);
    shard.send({ type: 'stop', drainMs: 10_000 });
    assert.match((await busy.say('Subject: whole\r\n\r\nHi\r\n.')) ?? '', /^250/);
    assert.deepEqual(await once(shard.child, 'exit'), [0, null]);
    assert(shard.received.some(({ type }) => type === 'stopped'));
  });

  test('a second stop hurries', async () => {
    const tenant = await newTenant();
    await using shard = await ShardProcess.start([tenant]);
    using busy = new SmtpTalk(tenant.smtp);
    await busy.reply();
    for (const line of ['EHLO c', 'MAIL FROM:<a@b.c>', 'RCPT TO:<a@b.c>', 'DATA']) await busy.say(line);
    shard.send({ type: 'stop', drainMs: 600_000 });
    shard.send({ type: 'stop', drainMs: 0 });
    assert.deepEqual(await once(shard.child, 'exit'), [0, null]);
  });

  test('signals do not end it, the end of its channel does', async () => {
    const tenant = await newTenant();
    await using shard = await ShardProcess.start([tenant]);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) shard.child.kill(signal);
    await sendMail(tenant.smtp, 'still here');
    using busy = new SmtpTalk(tenant.smtp);
    await busy.reply();
    for (const line of ['EHLO c', 'MAIL FROM:<a@b.c>', 'RCPT TO:<a@b.c>', 'DATA']) await busy.say(line);
    shard.child.disconnect();
    assert.deepEqual(await once(shard.child, 'exit'), [0, null], 'though a mail never ends');
  });

  test('killed: nobody is refused, the next one serves them', async () => {
    const tenant = await newTenant();
    const first = await ShardProcess.start([tenant]);
    await sendMail(tenant.smtp, 'lost with its process');
    await first[Symbol.asyncDispose]();
    const waiting = sendMail(tenant.smtp, 'waited');
    await using _second = await ShardProcess.start([tenant]);
    assert.match((await waiting) ?? '', /^250/);
    assert.deepEqual(await subjects(tenant.http), ['waited']);
  });
});

test('the controller may accept for it', async () => {
  const tenant = await newTenant();
  for (const socket of tenant.sockets) await socket.close();
  await using shard = await ShardProcess.start([{ ...tenant, sockets: [] }], { accepts: 'controller' });
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, socket => {
    const connection = { tenant: tenant.spec.id, listenerId: 'smtp', bindIndex: 0 };
    shard.child.send({ type: 'connection', ...connection }, socket);
  }).listen(join(dir, 'routed.sock'));
  await once(server, 'listening');
  assert.match((await sendMail(join(dir, 'routed.sock'), 'routed')) ?? '', /^250/);
  server.close();
});

test('a socket that cannot be listened on is the failure of its tenant alone', async () => {
  const [well, ill] = [await newTenant(), await newTenant()];
  await using shard = await ShardProcess.start([well]);
  const lost = { ...ill, sockets: ill.sockets.map(socket => ({ ...socket, handle: null })) };
  const { failures } = await shard.open(lost as never, 9);
  assert.deepEqual(
    failures.map(({ id, state }) => [id, state]),
    [[ill.name, 'failed']],
  );
  assert.match(failures[0]?.error ?? '', /TENANT_SOCKET_LOST/);
  assert.match((await sendMail(well.smtp, 'well')) ?? '', /^250/);
});

test('it beats every second', async () => {
  await using shard = await ShardProcess.start([]);
  const { longestBlockMs, rssBytes } = await shard.next('heartbeat');
  assert(longestBlockMs >= 0 && rssBytes > 1e6);
  await shard.next('heartbeat');
});

test('half-closed clients get their answer', async () => {
  const tenant = await newTenant();
  await using _shard = await ShardProcess.start([tenant]);
  const socket = connect({ path: tenant.http, allowHalfOpen: true });
  socket.end('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  assert.match(Buffer.concat(chunks).toString(), /^HTTP\/1\.1 200 OK/);
});
