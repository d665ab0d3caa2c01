/** Large mail read by slow clients: what it takes of the shard's memory, and what becomes of it when the mail or its tenant goes. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fetchFrom, type TestReply } from '../../libs/inbox-api/fetch-for-tests.ts';
import type { ControlStatus } from '../../libs/wire/control-http.ts';
import { Fleet } from '../harness/fleet.ts';
import { sendMail } from '../harness/smtp-talk.ts';

const attachment = randomBytes(18_000_000);
const encoded = attachment.toString('base64').replace(/.{76}/g, '$&\r\n');
const mail =
  'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsmall\r\n' +
  '--b\r\nContent-Type: application/pdf; name=large.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n' +
  `${encoded}\r\n--b--`;

let fleet: Fleet;
before(async () => {
  fleet = await Fleet.serving('shards: 1\ntenants: { big: {}, leaving: {}, quiet: {} }\n');
});
after(async () => {
  await fleet[Symbol.asyncDispose]();
});

async function deliver(tenant: string, subject: string): Promise<string> {
  // Subject and the blank line are those of the sender: the mail's own header begins as the body of it would.
  const reply = await sendMail(
    fleet.socketPath(tenant, 'smtp'),
    `${subject}\r\nMIME-Version: 1.0\r\n${mail.split('\r\n')[0]}`,
    mail.slice(mail.indexOf('\r\n\r\n') + 4),
  );
  return /queued as (\w+)/.exec(reply ?? '')?.[1] ?? '';
}

const ask = (tenant: string, path: string, headers = {}, method = 'GET'): Promise<TestReply> =>
  fetchFrom({ socketPath: fleet.socketPath(tenant, 'http'), path, headers, method });

/** A client that has the head of its answer, and reads no further. */
async function slowReader(tenant: string, path: string): Promise<IncomingMessage> {
  const asked = request({ socketPath: fleet.socketPath(tenant, 'http'), path, agent: false }).end();
  const [answer] = await once(asked, 'response');
  return answer;
}

/** Reads what is left; `isWhole`: no byte of what was promised is missing. */
async function rest(answer: IncomingMessage): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of answer) pieces.push(piece);
  } catch {
    // Cut off: told by what is missing.
  }
  return { bytes: Buffer.concat(pieces), isWhole: answer.complete };
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

async function shardBytes(): Promise<number> {
  const { shards } = await fleet.ask<ControlStatus>('status');
  return shards[0]?.rssBytes ?? 0;
}

test('20 slow readers of 25 MB take little memory, and get every byte', { timeout: 120_000 }, async () => {
  const id = await deliver('big', 'large');
  const path = `/api/v1/message/${id}/raw`;
  const whole = await ask('big', path);
  assert.equal(whole.status, 200);
  assert.ok(whole.body.length > 24_000_000);
  // The thread that looks for the part keeps its memory for a minute.
  assert.equal((await ask('big', `/api/v1/message/${id}/part/2`)).status, 200);
  // What was read comes back in its own time.
  let before = await shardBytes();
  for (let least = 0; before !== least; before = Math.min(before, await shardBytes())) {
    least = before;
    await sleep(1500);
  }
  for (const asked of [path, `/api/v1/message/${id}/part/2`]) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => slowReader('big', asked)));
    assert.deepEqual(new Set(answers.map(({ statusCode }) => statusCode)), new Set([200]));
    await sleep(500);
    const taken = (await shardBytes()) - before;
    console.log(`${asked.replace(id, 'ID')}: ${Math.round(taken / 1e6)} MB for 20 readers`);
    const expected = asked === path ? whole.body : attachment;
    const read = await Promise.all(answers.map(rest));
    for (const { bytes, isWhole } of read) {
      assert.ok(isWhole);
      assert.equal(digest(bytes), digest(expected));
    }
    // All of them as they are would be 500 MB; what is not collected yet comes to some 100.
    assert.ok(taken < 250e6, `${taken} bytes`);
  }
});

test('any range of a large mail and of a large part, without the rest', { timeout: 60_000 }, async () => {
  const id = await deliver('quiet', 'ranges');
  const raw = (await ask('quiet', `/api/v1/message/${id}/raw`)).body;
  for (const [path, whole] of [
    [`/api/v1/message/${id}/raw`, raw],
    [`/api/v1/message/${id}/part/2`, attachment],
  ] as const) {
    const size = whole.length;
    for (const [range, first, last] of [
      ['bytes=0-0', 0, 0],
      ['bytes=-1', size - 1, size - 1],
      ['bytes=65535-65537', 65_535, 65_537],
      [`bytes=${size - 100_000}-`, size - 100_000, size - 1],
      ['bytes=9000000-12000000', 9_000_000, 12_000_000],
    ] as const) {
      const reply = await ask('quiet', path, { Range: range });
      assert.equal(reply.status, 206);
      assert.equal(reply.headers['content-range'], `bytes ${first}-${last}/${size}`);
      assert.equal(digest(reply.body), digest(whole.subarray(first, last + 1)), `${path} ${range}`);
    }
    const head = await ask('quiet', path, {}, 'HEAD');
    assert.deepEqual([head.status, head.headers['content-length'], head.body.length], [200, `${size}`, 0]);
    const etag = head.headers.etag ?? '';
    assert.equal((await ask('quiet', path, { 'If-None-Match': etag })).status, 304);
    assert.equal((await ask('quiet', path, { Range: `bytes=${size}-` })).status, 416);
    const other = await ask('quiet', path, { Range: 'bytes=0-0', 'If-Range': '"other"' });
    assert.deepEqual([other.status, digest(other.body)], [200, digest(whole)]);
  }
});

test('a mail removed while it is read is read to its end, and is gone', { timeout: 60_000 }, async () => {
  const id = await deliver('quiet', 'removed');
  const path = `/api/v1/message/${id}/raw`;
  const whole = (await ask('quiet', path)).body;
  const answers = await Promise.all(Array.from({ length: 5 }, () => slowReader('quiet', path)));
  const removed = await fetchFrom(
    { socketPath: fleet.socketPath('quiet', 'http'), path: '/api/v1/messages', method: 'DELETE' },
    JSON.stringify({ IDs: [id] }),
  );
  assert.equal(removed.text, 'ok');
  assert.equal((await ask('quiet', path)).status, 404);
  for (const { bytes, isWhole } of await Promise.all(answers.map(rest))) {
    assert.ok(isWhole);
    assert.equal(digest(bytes), digest(whole));
  }
});

test('a tenant that goes cuts its answers, and what came of them is right', { timeout: 60_000 }, async () => {
  const id = await deliver('leaving', 'cut');
  const path = `/api/v1/message/${id}/raw`;
  const whole = (await ask('leaving', path)).body;
  const answers = await Promise.all(Array.from({ length: 5 }, () => slowReader('leaving', path)));
  assert.equal((await fleet.run(['tenant', 'remove', 'leaving', '--yes'])).code, 0);
  // Nobody reads until its time is over.
  while ((await fleet.ask<ControlStatus>('status')).tenants.total > 2) await sleep(100);
  await sleep(6000);
  for (const { bytes, isWhole } of await Promise.all(answers.map(rest))) {
    assert.equal(isWhole, false);
    assert.ok(bytes.length < whole.length);
    assert.equal(digest(bytes), digest(whole.subarray(0, bytes.length)));
  }
  assert.equal((await ask('quiet', '/api/v1/info')).status, 200);
});
