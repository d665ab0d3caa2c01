import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactLine } from './redact.ts';
import { newSession } from './session.ts';
import { Transcripts } from './transcripts.ts';

const limits = { maxHostBytes: 1500, maxBytes: 3500 };
const texts = (transcripts: Transcripts<string>, host: string) =>
  transcripts.of(host).map(session => session.lines.map(line => line.text).join(' '));
const ids = (transcripts: Transcripts<string>, host: string) => transcripts.of(host).map(({ id }) => id);

test('sessions and their lines, the oldest go first', () => {
  let now = 0;
  const transcripts = new Transcripts<string>(() => now++, limits);
  const first = transcripts.begin('a', '127.0.0.1', false);
  for (let i = 0; i < 10; i++) transcripts.add('a', first, 'client', `1.${i}`);
  const second = transcripts.begin('a', '127.0.0.1', true);
  for (let i = 0; i < 10; i++) transcripts.add('a', second, 'server', `2.${i}`);
  assert.deepEqual(texts(transcripts, 'a'), ['1.6 1.7 1.8 1.9', '2.0 2.1 2.2 2.3 2.4 2.5 2.6 2.7 2.8 2.9']);
  assert.deepEqual([first.record.complete, second.record.complete], [false, true]);
  transcripts.end('a', second);
  assert.equal(first.record.endedAtMs, null);
  assert.ok(second.record.endedAtMs);
});

test('a session that was dropped comes back when it goes on', () => {
  const transcripts = new Transcripts<string>(() => 0, limits);
  const old = transcripts.begin('a', '127.0.0.1', false);
  const busy = transcripts.begin('a', '127.0.0.1', false);
  for (let i = 0; i < 100; i++) transcripts.add('a', busy, 'client', 'x'.repeat(50));
  assert.deepEqual(ids(transcripts, 'a'), [busy.record.id]);
  transcripts.add('a', old, 'client', 'again');
  assert.deepEqual(ids(transcripts, 'a').at(-1), old.record.id);
  assert.equal(old.record.complete, false);
});

test('a session that has ended reads as before, takes less, and may go on', () => {
  let now = 1000;
  const transcripts = new Transcripts<string>(() => now++, { maxHostBytes: 10_000, maxBytes: 10_000 });
  const session = transcripts.begin('a', '127.0.0.1', false);
  for (let i = 0; i < 10; i++) {
    transcripts.add('a', session, 'client', `NOOP ${i}`);
    transcripts.add('a', session, 'server', '250-"ä"\r\n250 x');
  }
  const [said] = transcripts.of('a');
  const bytes = session.bytes;
  transcripts.end('a', session);
  const [kept] = transcripts.of('a');
  assert.deepEqual(kept?.lines, said?.lines);
  assert.ok(session.bytes < bytes / 2, `${session.bytes} of ${bytes}`);
  transcripts.add('a', session, 'server', '250 late');
  assert.deepEqual(transcripts.of('a')[0]?.lines.slice(0, 20), said?.lines);
  assert.equal(transcripts.of('a')[0]?.lines.at(-1)?.text, '250 late');
});

test('of a session that has ended the older half goes first', () => {
  const transcripts = new Transcripts<string>(() => 0, { maxHostBytes: 875, maxBytes: 9000 });
  const old = transcripts.begin('a', '127.0.0.1', false);
  for (let i = 0; i < 4; i++) transcripts.add('a', old, 'client', `1.${i}`);
  transcripts.end('a', old);
  const next = transcripts.begin('a', '127.0.0.1', false);
  for (let i = 0; i < 5; i++) transcripts.add('a', next, 'client', `2.${i}`);
  assert.deepEqual(texts(transcripts, 'a'), ['1.2 1.3', '2.0 2.1 2.2 2.3 2.4']);
  assert.equal(old.record.complete, false);
});

test('all hosts together are bounded too', () => {
  const transcripts = new Transcripts<string>(() => 0, limits);
  for (const host of ['a', 'b', 'c', 'd']) {
    const session = transcripts.begin(host, '127.0.0.1', false);
    for (let i = 0; i < 20; i++) transcripts.add(host, session, 'client', 'x'.repeat(20));
  }
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map(host => transcripts.of(host).length),
    [0, 0, 1, 1],
  );
  transcripts.forget('d');
  assert.deepEqual(transcripts.of('d'), []);
});

test('a line too large for the limit leaves nothing behind', () => {
  const transcripts = new Transcripts<string>(() => 0, { maxHostBytes: 100, maxBytes: 100 });
  const session = transcripts.begin('a', '127.0.0.1', false);
  transcripts.add('a', session, 'client', 'x'.repeat(200));
  assert.deepEqual(transcripts.of('a'), []);
});

test('no secret and no mail data is shown', () => {
  const rows: [line: string, shown: string][] = [
    ['EHLO there', 'EHLO there'],
    ['mail FROM:<a@b> SIZE=5', 'mail FROM:<a@b> SIZE=5'],
    ['AUTH PLAIN AGEAYg==', 'AUTH PLAIN <hidden>'],
    ['auth login', 'auth login'],
    ['AUTH', 'AUTH'],
    ['AUTH LOGIN a b c', 'AUTH LOGIN <hidden>'],
    ['AUTH AGEAYg==', 'AUTH <hidden>'],
    ['MAIL from the king', 'MAIL …'],
    ['RCPT TO a@b', 'RCPT …'],
    ['EHLO my friend, the code is 1234', 'EHLO …'],
    ['STARTTLS now', 'STARTTLS …'],
    ['AGEAYg==', '<8 characters>'],
    ['Dear Bob, the code is 1234', '<26 characters>'],
    ['NOOP secret', 'NOOP …'],
    ['QUIT', 'QUIT'],
    ['BDAT 5 LAST', 'BDAT …'],
    ['', '<0 characters>'],
  ];
  for (const [line, shown] of rows) assert.equal(redactLine(newSession, line), shown);
  assert.equal(redactLine({ ...newSession, auth: { expect: 'plain' } }, 'EHLO x'), '<hidden>');
});
