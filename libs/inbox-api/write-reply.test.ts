import assert from 'node:assert/strict';
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
