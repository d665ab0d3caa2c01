import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { openTestInbox } from './inbox-for-tests.ts';

test('a long body is compressed in pieces', async () => {
  await using inbox = await openTestInbox();
  const ask = async (lines: number) => {
    const id = await inbox.deliver(`Subject: x\r\n\r\n${'a line\r\n'.repeat(lines)}`);
    return inbox.fetch(`/api/v1/message/${id}`, { headers: { 'Accept-Encoding': 'gzip' } });
  };
  const [short, long] = [await ask(100), await ask(100_000)];
  assert.deepEqual(
    [short, long].map(({ headers }) => headers['content-encoding']),
    ['gzip', 'gzip'],
  );
  assert.equal(Number(short.headers['content-length']), short.body.length);
  assert.equal(long.headers['transfer-encoding'], 'chunked');
  assert.equal(JSON.parse(gunzipSync(long.body).toString()).Text.length, 800_000);
});

test('a long body is sent as it is while four others are being compressed', { timeout: 30_000 }, async () => {
  await using inbox = await openTestInbox();
  const id = await inbox.deliver(`Subject: x\r\n\r\n${randomBytes(3_000_000).toString('base64')}`);
  const path = `/api/v1/message/${id}/raw`;
  const slow = Array.from({ length: 4 }, () => {
    const socket = connect(inbox.socketPath);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n`);
    return socket;
  });
  // They read no more than the beginning.
  await Promise.all(slow.map(socket => once(socket, 'readable')));
  const ask = () => inbox.fetch(path, { headers: { 'Accept-Encoding': 'gzip' } });
  const plain = await ask();
  assert.equal(plain.headers['content-encoding'], undefined);
  for (const socket of slow) socket.destroy();
  let packed = await ask();
  while (packed.headers['content-encoding'] === undefined) packed = await ask();
  assert.ok(gunzipSync(packed.body).equals(plain.body));
});
