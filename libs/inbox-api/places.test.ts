/** Where in the list: around a mail, at a time, by days; and how the tenant is reached. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestInbox } from './inbox-for-tests.ts';

const subjectsOf = (json: { messages: { Subject: string }[] }) => json.messages.map(({ Subject }) => Subject);

test('a page is found around a mail and at a time', async () => {
  await using inbox = await openTestInbox();
  const ids: string[] = [];
  for (let i = 0; i < 20; i++) ids.push(await inbox.deliver(`Subject: ${i}\r\n\r\nx\r\n`));
  const page = async (search: string) => (await inbox.fetch(`/api/v1/messages?${search}`)).json;

  const around = await page(`around=${ids[10]}&limit=4`);
  assert.equal(around.start, 7);
  assert.deepEqual(subjectsOf(around), ['12', '11', '10', '9']);
  assert.equal((await page(`around=${ids[19]}&limit=4`)).start, 0);
  assert.equal((await inbox.fetch('/api/v1/messages?around=nobody')).status, 404);
  assert.deepEqual(subjectsOf(await page('around=&at=&start=&limit=2')), ['19', '18'], 'an empty form');

  const row = await inbox.tenant.mailbox.find(ids[10] ?? '');
  const newer = await inbox.tenant.mailbox.countAfter(row?.createdAtMs ?? 0);
  const at = await page(`at=${row?.createdAtMs}&limit=1`);
  assert.equal(at.start, newer);
  assert.equal((await page('at=2001-01-01&limit=1')).start, 20);
  assert.equal((await inbox.fetch('/api/v1/messages?at=soon')).status, 400);
});

test('days are those of the zone that was asked for', async () => {
  await using inbox = await openTestInbox();
  const { mailbox } = inbox.tenant;
  const id = await inbox.deliver('Subject: x\r\n\r\nx\r\n');
  const [row, raw] = [await mailbox.find(id), await mailbox.raw(id)];
  assert.ok(row && raw);
  await mailbox.remove('all');
  const times = ['2026-11-20T23:30:00Z', '2026-11-21T00:10:00Z', '2026-11-21T23:10:00Z'];
  for (const [i, time] of times.entries()) {
    const { number: _, ...fresh } = row;
    const searchText = { from: '', to: '', cc: '', bcc: '', replyTo: '', subject: '', all: '' };
    await mailbox.insert({ row: { ...fresh, id: `m${i}`, createdAtMs: Date.parse(time) }, searchText, raw });
  }
  const days = async (tz: string) => (await inbox.fetch(`/api/v1/days?tz=${tz}`)).json.Days;
  assert.deepEqual(await days('UTC'), [
    { Date: '2026-11-21', Count: 2, Start: 0 },
    { Date: '2026-11-20', Count: 1, Start: 2 },
  ]);
  assert.deepEqual(await days('Europe/Berlin'), [
    { Date: '2026-11-22', Count: 1, Start: 0 },
    { Date: '2026-11-21', Count: 2, Start: 1 },
  ]);
});

test('a tenant says how it is reached, and no secret', async () => {
  await using inbox = await openTestInbox();
  const { json } = await inbox.fetch('/api/v1/connect?tz=UTC');
  assert.deepEqual(json, {
    Listeners: [],
    Keeps: { Messages: 0, AgeMs: 0, Bytes: 0 },
    MaxMessageSize: 50 * 1024 * 1024,
    Evicted: 0,
  });
});

test('the last sessions are told line by line', async () => {
  await using inbox = await openTestInbox();
  const { text } = await inbox.fetch('/api/v1/sessions');
  assert.equal(
    text.trim(),
    '{"Sessions":[{"ID":7,"Started":"2026-01-02T00:00:00.000Z","Ended":"","RemoteAddress":"10.0.0.1","TLS":true,' +
      '"Complete":true,"Lines":[{"At":"2026-01-02T00:00:00.000Z","From":"client","Text":"EHLO \\u003cyou\\u003e"}]}]}',
  );
});
