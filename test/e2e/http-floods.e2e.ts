/** Crowds of idle and listening HTTP clients at one tenant, while another of the same shard is answered as ever. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { descriptorLimit } from '../../libs/controller/descriptor-limit.ts';
import type { ControlStatus } from '../../libs/wire/control-http.ts';
import { Fleet, httpGet } from '../harness/fleet.ts';
import { sendMail } from '../harness/smtp-talk.ts';

const crowdSize = Math.min(5000, Math.floor(descriptorLimit() * 0.6));
/** So many connect at the same time. */
const atOnce = 200;

let fleet: Fleet;
before(async () => {
  fleet = await Fleet.serving('shards: 1\ntenants: { crowded: {}, quiet: {} }\n');
});
after(async () => {
  await fleet[Symbol.asyncDispose]();
});

/** Resolves when it is connected; where the queue is full it comes again. */
function client(tenant: string): Promise<Socket> {
  return new Promise((done, fail) => {
    const socket = connect(fleet.socketPath(tenant, 'http'), () => done(socket));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EAGAIN') setTimeout(() => client(tenant).then(done, fail), 50);
      else if (socket.connecting) fail(error);
    });
  });
}

async function crowd(size: number, first = ''): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < size) {
    const some = Array.from({ length: Math.min(atOnce, size - sockets.length) }, () => client('crowded'));
    sockets.push(...(await Promise.all(some)));
  }
  if (first !== '') for (const socket of sockets) socket.write(first);
  return sockets;
}

async function untilConnected(count: number): Promise<void> {
  for (let tries = 0; ; tries++) {
    const { connections } = await fleet.ask<{ connections: number }>('tenant', 'show', 'crowded');
    if (connections === count) return;
    assert.ok(tries < 100, `${connections} connections instead of ${count}`);
    await sleep(50);
  }
}

async function assertQuietIsServed(beside: string): Promise<void> {
  assert.match((await sendMail(fleet.socketPath('quiet', 'smtp'), beside)) ?? '', /^250 /);
  const { status, body } = await httpGet(fleet.socketPath('quiet', 'http'), '/api/v1/messages');
  assert.equal(status, 200);
  assert.equal(JSON.parse(body).messages[0].Subject, beside);
}

test('idle clients: 2,000 of a tenant stay, the others are told, and its neighbour notices nothing', async () => {
  const sockets = await crowd(crowdSize);
  const most = Math.min(2000, crowdSize);
  await untilConnected(most);
  await assertQuietIsServed(`${crowdSize} idle clients`);
  if (crowdSize > most) {
    const { status, body } = await httpGet(fleet.socketPath('crowded', 'http'), '/livez');
    assert.equal(status, 503);
    assert.equal(body, 'Too many connections (limit limits.httpConnections: 2000)\n');
  }
  const { shards } = await fleet.ask<ControlStatus>('status');
  console.log(`its shard: ${Math.round((shards[0]?.rssBytes ?? 0) / 1e6)} MB`);
  for (const socket of sockets) socket.destroy();
  await untilConnected(0);
  assert.equal((await httpGet(fleet.socketPath('crowded', 'http'), '/livez')).status, 200);
});

test('listeners of events: 1,500 of a tenant stay, and its API is answered beside them', async () => {
  const upgrade =
    'GET /api/events HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
  const sockets = await crowd(1510, upgrade);
  const answers = await Promise.all(
    sockets.map(async socket => String((await once(socket, 'data'))[0]).slice(9, 12)),
  );
  const countOf = (status: string) => answers.filter(answer => answer === status).length;
  assert.deepEqual([countOf('101'), countOf('503')], [1500, 10]);
  assert.equal((await httpGet(fleet.socketPath('crowded', 'http'), '/api/v1/info')).status, 200);
  await assertQuietIsServed('1,500 listeners');
  for (const socket of sockets) socket.destroy();
});
