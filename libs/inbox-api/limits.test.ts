/** What a client may ask for, send and leave lying, and that nobody else pays for it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createNetServer,
  type Server as NetServer,
} from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { WebSocket } from 'ws';
import { fetchFrom } from './fetch-for-tests.ts';
import { openTestInbox, type TestInbox } from './inbox-for-tests.ts';
import { cutSlowReader } from './slow-reader.ts';

const mail = (body = 'Hello') => `Subject: x\r\n\r\n${body}\r\n`;

test('headers: so many and so long', async () => {
  await using inbox = await openTestInbox();
  const headers = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`X-${i}`, 'y']));
  assert.equal((await inbox.fetch('/livez', { headers: headers(150) })).status, 200);
  const reply = await inbox.fetch('/api/v1/info', { headers: headers(250) });
  assert.equal(reply.status, 431);
  assert.equal(reply.headers.connection, 'close');
  const long = await inbox.fetch('/livez', { headers: { 'X-Long': 'y'.repeat(70_000) } });
  assert.equal(long.status, 431);
});

test('a request names one host', async () => {
  await using inbox = await openTestInbox();
  const socket = connect(inbox.socketPath);
  socket.write('GET /api/v1/info HTTP/1.1\r\nHost: localhost\r\nhost: elsewhere\r\n\r\n');
  assert.match(String(await once(socket, 'data')), /^HTTP\/1.1 400 /);
  await once(socket, 'close');
});

test('searches: so long and so many words, wherever they stand', async () => {
  await using inbox = await openTestInbox();
  await inbox.deliver(mail());
  const statusOf = async (query: string) => {
    const asked = encodeURIComponent(query);
    const put = { method: 'PUT', body: JSON.stringify({ Search: query, Read: true }) };
    const replies = await Promise.all([
      inbox.fetch(`/api/v1/search?query=${asked}`),
      inbox.fetch(`/api/v1/search?query=${asked}`, { method: 'DELETE' }),
      inbox.fetch('/api/v1/messages', put),
      inbox.fetch(`/api/v1/wait?timeout=0&query=${asked}`),
      inbox.fetch(`/api/v1/message/latest?query=${asked}`),
    ]);
    return replies.map(({ status }) => status);
  };
  const words = (count: number) => Array.from({ length: count }, (_, i) => `-w${i}`).join(' ');
  assert.deepEqual(await statusOf(words(101)), [400, 400, 400, 400, 400]);
  assert.deepEqual(await statusOf(`x${'y'.repeat(8192)}`), [400, 400, 400, 400, 400]);
  assert.equal((await inbox.fetch('/api/v1/messages')).json.unread, 1);
  assert.deepEqual(await statusOf(`x${words(99)}`), [200, 200, 200, 404, 404]);
});

test('searches that a careless reader would try in every way', { timeout: 30_000 }, async () => {
  await using inbox = await openTestInbox();
  await inbox.deliver(mail('a'.repeat(200_000)));
  const hard = ['a'.repeat(4000), '1'.repeat(4000), '-'.repeat(4000), '%_'.repeat(2000), '"'.repeat(4000)];
  const prefixes = ['', 'before:', 'larger:', 'subject:', 'tag:', 'to:', '-', '!"'];
  for (const text of [...hard, '0.'.repeat(2000), 'x:'.repeat(2000), '2024-'.repeat(800), ' ('.repeat(90)]) {
    for (const prefix of prefixes) {
      const query = encodeURIComponent(`${prefix}${text}!`);
      assert.equal((await inbox.fetch(`/api/v1/search?query=${query}`)).status, 200, `${prefix}${text[0]}`);
    }
  }
});

test('lists of ids: as many as a body holds, and no million of nothing', async () => {
  await using inbox = await openTestInbox();
  const id = await inbox.deliver(mail());
  const remove = (body: string) => inbox.fetch('/api/v1/messages', { method: 'DELETE', body });
  const nothings = await remove(`{"IDs":[${'"",'.repeat(300_000)}"${id}"]}`);
  assert.deepEqual([nothings.status, nothings.text], [400, 'too many items in a list (limit: 250000)']);
  assert.equal((await remove(`{"IDs":["${'x'.repeat(300_000)}","${id}"`)).text, 'unexpected EOF');
  assert.equal((await inbox.fetch('/api/v1/messages')).json.total, 1);
  const known = Array.from({ length: 50_000 }, (_, i) => String(i).padStart(22, '0'));
  assert.equal((await remove(JSON.stringify({ ids: [...known, id] }))).text, 'ok');
  assert.equal((await inbox.fetch('/api/v1/messages')).json.total, 0);
});

test('a compressed body is not unpacked', async () => {
  await using inbox = await openTestInbox();
  await inbox.deliver(mail());
  const headers = { 'Content-Encoding': 'gzip' };
  const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, ' '));
  for (const [path, method] of [
    ['/api/v1/messages', 'DELETE'],
    ['/api/v1/messages', 'PUT'],
    ['/api/v1/send', 'POST'],
  ] as const) {
    const reply = await inbox.fetch(path, { method, headers, body: bomb });
    assert.equal(reply.status, 400);
    assert.match(reply.text, /invalid character/);
  }
  assert.equal((await inbox.fetch('/api/v1/messages')).json.total, 1);
});

test('bodies that never end take so much memory, and none of another tenant', {
  timeout: 30_000,
}, async () => {
  await using inbox = await openTestInbox({}, { maxHeldBytes: 4 * 1024 * 1024 });
  await using other = await openTestInbox();
  const slow = Array.from({ length: 2 }, () => {
    const socket = connect(inbox.socketPath).on('error', () => {});
    socket.write('PUT /api/v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000000\r\n\r\n');
    socket.write(Buffer.alloc(900_000, ' '));
    return socket;
  });
  const put = (at = inbox) => at.fetch('/api/v1/messages', { method: 'PUT', body: wish });
  const wish = `{"IDs":["${'x'.repeat(900_000)}"]}`;
  // 2 MiB a tenant: when the others have come so far, there is no room for it.
  let refused = await put();
  while (refused.status === 200) refused = await put();
  assert.deepEqual([refused.status, refused.headers['retry-after']], [503, '1']);
  assert.match(refused.text, /try again/);
  const neighbour = serveBeside(inbox, other);
  assert.equal((await neighbour.put(wish)).status, 200);
  neighbour.close();
  for (const socket of slow) socket.destroy();
  while (inbox.engine.connections(inbox.tenant) > 0) await new Promise(setImmediate);
  assert.equal((await put()).status, 200);
});

/** Another tenant behind the engine of the first. */
function serveBeside(inbox: TestInbox, other: TestInbox) {
  const server = createNetServer({ allowHalfOpen: true }, socket => inbox.engine.serve(socket, other.tenant));
  return {
    async put(body: string) {
      const { port } = await listening(server);
      return fetchFrom({ host: '127.0.0.1', port, path: '/api/v1/messages', method: 'PUT' }, body);
    },
    close: () => server.close(),
  };
}

test('large answers that nobody reads take so much memory, and end', { timeout: 30_000 }, async () => {
  await using inbox = await openTestInbox({}, { maxHeldBytes: 16 * 1024 * 1024, timeoutMs: 3000 });
  const id = await inbox.deliver(mail('long '.repeat(600_000)));
  // The thread that reads it takes its time to begin.
  await inbox.fetch(`/view/${id}.txt`);
  const ask = () => {
    const socket = connect(inbox.socketPath).on('error', () => {});
    socket.write(`GET /view/${id}.txt HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    return socket;
  };
  // 3 MB each, of 8 MiB for a tenant.
  const [first, second] = [ask(), ask()];
  await Promise.all([once(first, 'readable'), once(second, 'readable')]);
  const refused = await inbox.fetch(`/view/${id}.txt`);
  assert.equal(refused.status, 503);
  while (inbox.engine.connections(inbox.tenant) > 0) await new Promise(setImmediate);
  assert.equal((await inbox.fetch(`/view/${id}.txt`)).status, 200);
  for (const socket of [first, second]) socket.destroy();
});

test('who reads a byte now and then is cut off all the same', { timeout: 30_000 }, async () => {
  const server = createServer((_request, response) => {
    cutSlowReader(response, 0, 50);
    const drip = setInterval(() => response.write('x'), 5);
    response.once('close', () => clearInterval(drip));
  });
  const { port } = await listening(server);
  const socket = connect(port, '127.0.0.1').resume();
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket, 'close');
  server.close();
});

async function listening(server: NetServer): Promise<AddressInfo> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server.address() as AddressInfo;
}

test('listeners of events: so many, and one more when one has gone', async () => {
  await using inbox = await openTestInbox({ maxWebSockets: 2 });
  const open = () => new WebSocket(`ws+unix:${inbox.socketPath}:/api/events`);
  const [first, second] = [open(), open()];
  await Promise.all([once(first, 'open'), once(second, 'open')]);
  const refused = open();
  const [, response] = await once(refused, 'unexpected-response');
  assert.equal(response.statusCode, 503);
  refused.on('error', () => {}).terminate();
  assert.equal((await inbox.fetch('/api/v1/info')).status, 200);
  first.terminate();
  for (;;) {
    const again = open();
    const isIn = await new Promise(done => {
      again.once('open', () => done(true)).once('error', () => done(false));
    });
    again.terminate();
    if (isIn) break;
  }
  second.terminate();
});

test('requests a minute: of a tenant and of an address, and they come back evenly', async () => {
  let nowMs = 1_000_000;
  const rates = (requests: number) => ({ connections: 0, messages: 0, recipients: 0, bytes: 0, requests });
  const limits = { connections: 0, perMinute: rates(6), perSource: { connections: 0, perMinute: rates(4) } };
  await using inbox = await openTestInbox({ limits }, { clock: () => nowMs });
  const ask = (address: string, path = '/api/v1/info') =>
    inbox.fetch(path, { headers: { 'X-Real-IP': address } });
  for (let i = 0; i < 4; i++) assert.equal((await ask('192.0.2.1')).status, 200);
  const refused = await ask('192.0.2.1');
  assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '15']);
  assert.equal(refused.text, 'Too many requests (limit perSource.perMinute.requests: 4)\n');
  assert.equal(inbox.engine.isAtRest(inbox.tenant), false, 'counts would be forgotten');
  // Of IPv6 a network is one source.
  assert.equal((await ask('2001:db8::1')).status, 200);
  assert.equal((await ask('2001:db8::2')).status, 200);
  const tooMany = await ask('192.0.2.9');
  assert.equal(tooMany.text, 'Too many requests (limit perMinute.requests: 6)\n');
  const events = new WebSocket(`ws+unix:${inbox.socketPath}:/api/events`);
  const [, answer] = await once(events, 'unexpected-response');
  assert.equal(answer.statusCode, 429);
  events.on('error', () => {}).terminate();
  assert.equal((await ask('192.0.2.9', '/livez')).status, 200);
  nowMs += 15_000;
  assert.equal((await ask('192.0.2.1')).status, 200);
  assert.equal((await ask('192.0.2.1')).status, 429);
  nowMs += 60_000;
  while (!inbox.engine.isAtRest(inbox.tenant)) await new Promise(setImmediate);
});
