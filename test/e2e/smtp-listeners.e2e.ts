/** What becomes of SMTP sessions when their listener goes or is set up otherwise, and others stay. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Fleet } from '../harness/fleet.ts';
import { SmtpTalk } from '../harness/smtp-talk.ts';

const config = (dir: string, binds: readonly string[], more = '') => `tenants:
  alpha:
    ${more}
    listeners:
      extra: { protocol: smtp, bind: [${binds.map(name => `"unix:${join(dir, name)}:600"`).join(', ')}] }
`;

let fleet: Fleet;
before(async () => {
  fleet = new Fleet('tenants: {}\n');
  writeFileSync(fleet.configPath, config(fleet.dir, ['one', 'two']));
  await fleet.serve();
});
after(async () => {
  await fleet[Symbol.asyncDispose]();
});

/** A session that has been greeted. */
async function talkAt(path: string): Promise<SmtpTalk> {
  const talk = new SmtpTalk(path);
  assert.match((await talk.reply()) ?? '', /^220 /);
  return talk;
}

async function change(text: string): Promise<void> {
  writeFileSync(fleet.configPath, text);
  assert.deepEqual((await fleet.run(['apply'])).code, 0);
}

const at = (name: string) => join(fleet.dir, name);

test('a bind that goes ends its sessions: an idle one at once, a mail in progress first comes whole', async () => {
  using idle = await talkAt(at('two'));
  using busy = await talkAt(at('two'));
  using otherBind = await talkAt(at('one'));
  using otherListener = await talkAt(fleet.socketPath('alpha', 'smtp'));
  for (const line of ['HELO x', 'MAIL FROM:<a@b>', 'RCPT TO:<c@d>', 'DATA']) await busy.say(line);

  await change(config(fleet.dir, ['one']));
  assert.match((await idle.reply()) ?? '', /^421 4\.3\.2 .* shutting down$/);
  assert.equal(await idle.reply(), null);
  assert.match((await busy.say('Subject: whole\r\n\r\nx\r\n.')) ?? '', /^250 2\.0\.0 Ok: queued as/);
  assert.match((await busy.reply()) ?? '', /^421 4\.3\.2 /);
  assert.equal(await busy.reply(), null);
  for (const talk of [otherBind, otherListener]) assert.equal(await talk.say('NOOP'), '250 2.0.0 Ok');
});

test('a listener that shall begin otherwise ends its sessions, and only its own', async () => {
  using old = await talkAt(at('one'));
  using other = await talkAt(fleet.socketPath('alpha', 'smtp'));
  await change(config(fleet.dir, ['one']).replace('protocol: smtp', 'protocol: smtp, proxyProtocol: true'));
  assert.match((await old.reply()) ?? '', /^421 4\.3\.2 /);
  assert.equal(await other.say('NOOP'), '250 2.0.0 Ok');
});

test('other settings hold for sessions that are open, and end none', async () => {
  using talk = await talkAt(fleet.socketPath('alpha', 'smtp'));
  await talk.say('HELO x');
  await change(config(fleet.dir, ['one'], 'smtp: { maxRecipients: 1 }'));
  await talk.say('MAIL FROM:<a@b>');
  assert.equal(await talk.say('RCPT TO:<c@d>'), '250 2.1.5 Ok');
  assert.equal(await talk.say('RCPT TO:<e@f>'), '452 4.5.3 Too many recipients');
});
