import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { openTestInbox } from './inbox-for-tests.ts';

const mail =
  'From: Ann <ann@example.com>\r\nTo: bob@example.com\r\nSubject: Hi <there>\r\n\r\nHello & bye.\r\n';

test('a mail is listed, read and given out', async () => {
  await using inbox = await openTestInbox();
  const id = await inbox.deliver(mail);

  const list = (await inbox.fetch('/api/v1/messages')).json;
  assert.deepEqual(
    { ...list, messages: list.messages.map((message: { ID: string }) => message.ID) },
    {
      total: 1,
      unread: 1,
      count: 1,
      messages_count: 1,
      messages_unread: 1,
      start: 0,
      tags: [],
      messages: [id],
    },
  );
  const reply = await inbox.fetch('/api/v1/message/latest');
  assert.equal(reply.headers['content-type'], 'application/json');
  assert.match(reply.text, /"Subject":"Hi \\u003cthere\\u003e".*\n$/s);
  assert.equal(reply.json.Text, 'Hello & bye.\r\n');
  assert.equal((await inbox.fetch('/api/v1/messages')).json.unread, 0);
  assert.match((await inbox.fetch(`/api/v1/message/${id}/raw`)).text, /\r\n\r\nHello & bye\.\r\n$/);
});

test('HEAD changes nothing', async () => {
  await using inbox = await openTestInbox();
  await inbox.deliver(mail);
  const reply = await inbox.fetch('/api/v1/message/latest', { method: 'HEAD' });
  assert.equal(reply.status, 200);
  assert.ok(Number(reply.headers['content-length']) > 100);
  assert.equal((await inbox.fetch('/api/v1/messages')).json.unread, 1);
});

test('only an empty wish deletes everything', async () => {
  await using inbox = await openTestInbox();
  const [first, second] = [await inbox.deliver(mail), await inbox.deliver(mail)];
  const remove = (body: string, headers = {}) =>
    inbox.fetch('/api/v1/messages', { method: 'DELETE', body, headers });
  for (const body of ['{"IDs":[1]}', '{"IDs":', 'x', `{"IDs":["${first}"]`]) {
    assert.equal((await remove(body)).status, 400, body);
  }
  assert.equal((await inbox.fetch('/api/v1/messages')).json.total, 2);
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  assert.equal((await remove(`{"ids":["${first}","${first}","unknown"]}`, form)).text, 'ok');
  assert.equal((await inbox.fetch(`/api/v1/message/${first}`)).status, 404);
  assert.equal((await inbox.fetch(`/api/v1/message/${second}`)).status, 200);
  assert.equal((await remove('{"IDs":[]}')).text, 'ok');
  assert.equal((await inbox.fetch('/api/v1/messages')).json.total, 0);
});

test('a body may be 5 MiB and not more', async () => {
  await using inbox = await openTestInbox();
  await inbox.deliver(mail);
  const body = `{"IDs":["${'a'.repeat(5 * 1024 * 1024)}"]}`;
  const reply = await inbox.fetch('/api/v1/messages', { method: 'DELETE', body });
  assert.deepEqual([reply.status, reply.text], [400, 'http: request body too large']);
  assert.equal((await inbox.fetch('/api/v1/messages')).json.total, 1);
});

test('a body that says that it is far too large is not waited for', async () => {
  await using inbox = await openTestInbox();
  const socket = connect(inbox.socketPath);
  socket.write('DELETE /api/v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n');
  assert.match(await text(socket), /^HTTP\/1.1 400 [\s\S]*http: request body too large$/);
});

test('what is not there', async () => {
  await using inbox = await openTestInbox();
  assert.equal((await inbox.fetch('/api/v1/message/latest')).text, 'Message not found');
  assert.equal((await inbox.fetch('/api/v1/message/unknown00')).text, '404 page not found');
});

test('a person at a browser is led from an address of nothing to the inbox; programs are told in a line', async () => {
  await using inbox = await openTestInbox({ webroot: '/mail/' });
  const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';
  const page = await inbox.fetch('/mail/settings', { headers: { accept } });
  assert.equal(page.status, 404);
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
  assert.match(page.text, /<a href="\/mail\/">/);
  for (const [path, headers] of [
    ['/mail/settings', {}],
    ['/mail/settings', { accept: '*/*' }],
    ['/elsewhere', { accept }],
  ] as const)
    assert.equal((await inbox.fetch(path, { headers })).text, '404 page not found\n', path);
  assert.equal((await inbox.fetch('/mail/api/v1/nothing', { headers: { accept } })).text, 'File not found\n');
});

test('a suspended tenant answers 503 on every path', async () => {
  await using inbox = await openTestInbox({ suspended: true });
  for (const path of ['/', '/livez', '/api/v1/messages', '/nowhere']) {
    assert.equal((await inbox.fetch(path)).status, 503, path);
  }
});

test('the page shows what came, without a script', async () => {
  await using inbox = await openTestInbox({ label: '<b>' });
  await inbox.deliver(mail);
  const page = await inbox.fetch('/');
  assert.match(page.text, /<title>&lt;b&gt;<\/title>[\s\S]*Hi &lt;there&gt;/);
  assert.match(String(page.headers['content-security-policy']), /^default-src 'none'/);
});

test('a tenant that ends: idle connections at once, others after their answer', async () => {
  await using inbox = await openTestInbox();
  const idle = connect(inbox.socketPath);
  const busy = connect(inbox.socketPath);
  await Promise.all([once(idle, 'connect'), once(busy, 'connect')]);
  busy.write('DELETE /api/v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n');
  while (inbox.engine.connections(inbox.tenant) < 2) await new Promise(setImmediate);
  await new Promise(resolve => setTimeout(resolve, 50));

  const answer = text(busy);
  const ended = inbox.engine.end(inbox.tenant, 60_000);
  await once(idle.resume(), 'close');
  busy.write('{}');
  assert.match(await answer, /^HTTP\/1\.1 200 OK\r\n[\s\S]*Connection: close\r\n[\s\S]*ok$/);
  await ended;
  assert.equal(inbox.engine.connections(inbox.tenant), 0);
});

test('whoever does not finish a request is cut off', async () => {
  await using inbox = await openTestInbox({}, { timeoutMs: 200 });
  const slow = connect(inbox.socketPath);
  slow.write('GET / HTTP/1.1\r\nHost: loc');
  await once(slow.resume(), 'close');
});
