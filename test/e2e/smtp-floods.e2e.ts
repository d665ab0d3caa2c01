/**
 * Crowds of idle, half-open, slow and greedy clients at one tenant, while another of the same process takes its mail as
 * ever. Ten thousand clients with MPCTL_SOAK=1; fewer otherwise, and where the system allows fewer descriptors.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { descriptorLimit } from '../../libs/controller/descriptor-limit.ts';
import type { ControlStatus } from '../../libs/wire/control-http.ts';
import { Fleet } from '../harness/fleet.ts';
import { SmtpTalk, sendMail } from '../harness/smtp-talk.ts';

const crowdSize = Math.min(process.env.MPCTL_SOAK ? 10_000 : 2000, Math.floor(descriptorLimit() * 0.6));
/** So many connect at the same time. */
const atOnce = 200;

let fleet: Fleet;
before(async () => {
  fleet = new Fleet('');
  writeFileSync(
    fleet.configPath,
    `shards: 1
tenants:
  crowded:
    limits: { connections: 0 }
    smtp: { tlsCert: "sans:x.test", tlsKey: "sans:x.test" }
    listeners: { tls: { protocol: smtp, tls: implicit, bind: "unix:${join(fleet.dir, 'tls')}:600" } }
  limited: {}
  quiet: {}
`,
  );
  await fleet.serve();
});
after(async () => {
  await fleet[Symbol.asyncDispose]();
});

const pathOf = (tenant: string) => fleet.socketPath(tenant, 'smtp');

/** Resolves when it is connected; where the queue is full it comes again. */
function client(path: string): Promise<Socket> {
  return new Promise((done, fail) => {
    const socket = connect({ path, allowHalfOpen: true }, () => done(socket));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EAGAIN') setTimeout(() => client(path).then(done, fail), 50);
      else fail(error);
    });
  });
}

/** What clients of a crowd do, in turn: nothing more than this comes of them. */
const habits: ((socket: Socket) => void)[] = [
  () => {},
  socket => socket.write('EHLO x'),
  socket => socket.write('EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: half'),
  socket => socket.write('STARTTLS\r\n'),
];
const habitsInTls: typeof habits = [() => {}, socket => socket.write('\x16\x03\x01')];

async function crowd(path: string, size: number, doings = habits): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let first = 0; first < size; first += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, size - first) }, () => client(path));
    sockets.push(...(await Promise.all(some)));
  }
  for (const [at, socket] of sockets.entries()) doings[at % doings.length]?.(socket);
  return sockets;
}

/** All of its mails are taken; the times are printed, since a busy machine proves nothing. */
async function assertQuietIsServed(beside: string): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < 100; i++) {
    const startedAtMs = performance.now();
    assert.match((await sendMail(pathOf('quiet'), `${beside} ${i}`)) ?? '', /^250 /);
    times.push(performance.now() - startedAtMs);
  }
  times.sort((a, b) => a - b);
  const [p50, p99] = [49, 98].map(at => times[at]?.toFixed(1));
  console.log(`beside ${beside}: a mail with its connection p50 ${p50} ms, p99 ${p99} ms`);
}

async function connectionsOf(tenant: string): Promise<number> {
  return (await fleet.ask<{ connections: number }>('tenant', 'show', tenant)).connections;
}

async function untilConnected(tenant: string, count: number): Promise<void> {
  for (let tries = 0; ; tries++) {
    const connections = await connectionsOf(tenant);
    if (connections === count) return;
    assert.ok(tries < 100, `${connections} connections instead of ${count}`);
    await sleep(50);
  }
}

test('idle and half-open clients', async () => {
  await assertQuietIsServed('nobody');
  const inTls = Math.floor(crowdSize / 4);
  const sockets = await crowd(pathOf('crowded'), crowdSize - inTls);
  sockets.push(...(await crowd(join(fleet.dir, 'tls'), inTls, habitsInTls)));
  await untilConnected('crowded', crowdSize);
  await assertQuietIsServed(`${crowdSize} idle clients`);
  const { shards } = await fleet.ask<ControlStatus>('status');
  console.log(`its shard: ${Math.round((shards[0]?.rssBytes ?? 0) / 1e6)} MB`);
  for (const socket of sockets) socket.destroy();
  await untilConnected('crowded', 0);
});

test('by default 500 at a time, the others are told and do not stay', async () => {
  const sockets = await crowd(pathOf('limited'), 500);
  await untilConnected('limited', 500);
  for (let i = 0; i < 10; i++) {
    using talk = new SmtpTalk(pathOf('limited'));
    assert.match(
      (await talk.reply()) ?? '',
      /^421 4\.7\.0 .* Too many connections \(limit connections: 500\)$/,
    );
    assert.equal(await talk.reply(), null);
  }
  sockets.pop()?.destroy();
  await untilConnected('limited', 499);
  assert.match((await sendMail(pathOf('limited'), 'again')) ?? '', /^250 /);
  for (const socket of sockets) socket.destroy();
});

test('clients that talk and never listen are not read any further', async () => {
  const sockets = await Promise.all(Array.from({ length: 20 }, () => client(pathOf('crowded'))));
  const much = Buffer.from('NOOP\r\n'.repeat(2_000_000));
  for (const socket of sockets) socket.pause().write(much);
  await assertQuietIsServed('20 clients that never listen');
  // What is not in the system's buffers is still with the client.
  for (const socket of sockets) assert.ok(socket.writableLength > 0);
  for (const socket of sockets) socket.destroy();
});

test('clients that say a byte at a time, and such that end their side first', async () => {
  const mail =
    'EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: slow\r\n\r\nx\r\n.\r\nQUIT\r\n';
  const slow = await Promise.all(Array.from({ length: 100 }, () => client(pathOf('crowded'))));
  const said = (async () => {
    for (const byte of mail) {
      for (const socket of slow) socket.write(byte);
      await sleep(5);
    }
  })();
  const halfClosed = await Promise.all(Array.from({ length: 200 }, () => client(pathOf('crowded'))));
  const answers = [...slow, ...halfClosed].map(async socket => {
    let heard = '';
    for await (const chunk of socket) heard += chunk;
    return heard;
  });
  for (const socket of halfClosed) socket.end(mail);
  await assertQuietIsServed('slow and half-closed clients');
  await said;
  for (const heard of await Promise.all(answers))
    assert.match(heard, /^250 2\.0\.0 Ok: queued as \w+\r\n221 .*\r\n$/m);
});
