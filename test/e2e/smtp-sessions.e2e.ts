/** `mpctl tenant sessions`: what an application said, and why it was refused. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { SessionRecord } from '../../libs/mail/session-record.ts';
import { Fleet } from '../harness/fleet.ts';
import { SmtpTalk, sendMail } from '../harness/smtp-talk.ts';

let fleet: Fleet;
before(async () => {
  fleet = await Fleet.serving(`tenants:
  alpha: { smtp: { authAcceptAny: true, authAllowInsecure: true, allowedRecipients: "@good[.]test$" } }
  beta: {}
`);
});
after(async () => {
  await fleet[Symbol.asyncDispose]();
});

const sessionsOf = (name: string) => fleet.ask<SessionRecord[]>('tenant', 'sessions', name);

test('commands, replies and refusals are shown, secrets and mail are not', async () => {
  using talk = new SmtpTalk(fleet.socketPath('alpha', 'smtp'));
  await talk.reply();
  const secret = Buffer.from('\0user\0geheim').toString('base64');
  for (const line of [
    'EHLO app\x1b[31m',
    `AUTH PLAIN ${secret}`,
    'MAIL FROM:<a@b.test>',
    'RCPT TO:<c@bad.test>',
    'RCPT TO:<d@good.test>',
    'DATA',
    'Subject: the code is 1234\r\n\r\nhello\r\n.',
    'QUIT',
  ])
    await talk.say(line);

  const { stdout } = await fleet.run(['tenant', 'sessions', 'alpha']);
  assert.match(stdout, /^session \d+, \d{4}-\d\d-\d\dT[\d:.]+Z, from 127\.0\.0\.1, \d+s long\n/);
  assert.match(stdout, /^ {2}\+0\.\d{3} {2}C: MAIL FROM:<a@b\.test>$/m);
  assert.match(stdout, /^! \+0\.\d{3} {2}S: 550 5\.1\.0 Requested action not taken: mailbox unavailable$/m);
  assert.match(stdout, /^ {2}\+\S+ {2}C: AUTH PLAIN <hidden>$/m);
  assert.match(stdout, /C: EHLO app\\u001b\[31m$/m);
  assert.match(stdout, /S: 250 2\.0\.0 Ok: queued as \w{22}$/m);
  assert.match(stdout, /S: 221 /);
  for (const never of [secret, 'geheim', '1234', 'hello', '\x1b']) assert.ok(!stdout.includes(never), never);
});

test('each tenant has its own, the newest last', async () => {
  assert.deepEqual(await sessionsOf('beta'), []);
  assert.match((await fleet.run(['tenant', 'sessions', 'beta'])).stderr, /nobody spoke SMTP with beta/);
  for (const subject of ['one', 'two']) await sendMail(fleet.socketPath('beta', 'smtp'), subject);
  const sessions = await sessionsOf('beta');
  assert.equal(sessions.length, 2);
  const [first, second] = sessions;
  assert.ok(first && second && first.id < second.id);
  assert.deepEqual([first.complete, first.tls], [true, false]);
  const [last] = await fleet.ask<SessionRecord[]>('tenant', 'sessions', 'beta', '--last', '1');
  assert.equal(last?.id, second.id);
});

test('it is bounded: the oldest goes first', async () => {
  using talk = new SmtpTalk(fleet.socketPath('beta', 'smtp'));
  await talk.reply();
  for (let i = 0; i < 200; i++) await talk.say(`EHLO host-${i}`);
  const sessions = await sessionsOf('beta');
  assert.ok(JSON.stringify(sessions).length < 32 * 1024);
  assert.deepEqual([sessions.length, sessions[0]?.complete], [1, false]);
  assert.match(sessions[0]?.lines.at(-1)?.text ?? '', /^250-\S+ greets host-199\r\n/);
});

test('what cannot be asked is said', async () => {
  assert.equal((await fleet.run(['tenant', 'sessions', 'nobody'])).code, 3);
  assert.equal((await fleet.run(['tenant', 'sessions', 'beta', '--last', 'x'])).code, 2);
  await using still = new Fleet('tenants:\n  alpha: {}\n');
  assert.equal((await still.run(['tenant', 'sessions', 'alpha'])).code, 9);
});
