/** Names change hands while a shard still holds the mailbox: mail goes along with its tenant, and nobody gets another's. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TenantId } from '../../libs/base/ids.ts';
import { placeTenant } from '../../libs/reconcile/place.ts';
import type { TenantReply, TenantRow } from '../../libs/wire/control-http.ts';
import { askControl } from '../harness/control.ts';
import { Fleet } from '../harness/fleet.ts';
import { SmtpTalk, sendMail } from '../harness/smtp-talk.ts';

/** One that leaves its shard when there is one shard less. */
const name = ['a1', 'a2', 'a3', 'a4', 'a5'].find(id => placeTenant(id as TenantId, 2) === 1) ?? '';
const yaml = (shards: number) => `shards: ${shards}\ntenants:\n  ${name}: {}\n  other: {}\n`;

async function subjects(fleet: Fleet, tenant: string): Promise<string[]> {
  const { body } = await fleet.get(tenant, '/api/v1/messages');
  return JSON.parse(body).messages.map(({ Subject }: { Subject: string }) => Subject);
}

async function uidOf(fleet: Fleet, tenant: string): Promise<string | undefined> {
  const { body } = await askControl<TenantRow[]>(fleet, 'GET', '/v1/tenants');
  return body.find(row => row.name === tenant)?.uid;
}

/** A tenant on its way to another shard, which waits for the end of a mail. */
async function moving(fleet: Fleet): Promise<{ mail: SmtpTalk; moved: Promise<unknown> }> {
  assert.match((await sendMail(fleet.socketPath(name, 'smtp'), 'first')) ?? '', /^250/);
  const [mail, idle] = [0, 1].map(() => new SmtpTalk(fleet.socketPath(name, 'smtp'))) as [SmtpTalk, SmtpTalk];
  using _ = idle;
  for (const talk of [mail, idle]) await talk.reply();
  for (const line of ['EHLO x', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA'])
    await mail.say(line);
  fleet.write(yaml(1));
  const moved = askControl(fleet, 'POST', '/v1/apply');
  while (/^250/.test((await idle.say('NOOP')) ?? '')) await sleep(10);
  return { mail, moved };
}

async function written(fleet: Fleet, line: RegExp): Promise<void> {
  while (!line.test(readFileSync(fleet.configPath, 'utf8'))) await sleep(10);
}

for (const isTaken of [false, true]) {
  const what = isTaken
    ? 'and another takes its name, each has its own mail'
    : 'it keeps its uid and its mail';
  test(`a tenant is renamed while it moves, ${what}`, async () => {
    await using fleet = await Fleet.serving(yaml(2));
    const uid = await uidOf(fleet, name);
    const { mail, moved } = await moving(fleet);
    using _ = mail;
    const path = `/v1/tenants/${name}/rename`;
    const renamed = askControl<TenantReply>(fleet, 'POST', path, { to: 'fresh' });
    await written(fleet, /^ +fresh:/m);
    const added = isTaken ? askControl<TenantReply>(fleet, 'POST', '/v1/tenants', { name }) : null;
    if (isTaken) await written(fleet, new RegExp(`^ +${name}:`, 'm'));
    assert.match((await mail.say('Subject: last\r\n\r\nHello\r\n.')) ?? '', /^250/);
    assert.equal((await renamed).body.uid, uid);
    assert.deepEqual(await subjects(fleet, 'fresh'), ['last', 'first']);
    await moved;
    if (!added) return;
    assert.notEqual((await added).body.uid, uid);
    assert.deepEqual(await subjects(fleet, name), []);
  });
}

test('a tenant is removed while it moves, and who takes its name gets none of its mail', async () => {
  await using fleet = await Fleet.serving(yaml(2));
  const uid = await uidOf(fleet, name);
  const { mail, moved } = await moving(fleet);
  using _ = mail;
  const removed = askControl(fleet, 'DELETE', `/v1/tenants/${name}`);
  while (new RegExp(`^ +${name}:`, 'm').test(readFileSync(fleet.configPath, 'utf8'))) await sleep(10);
  const added = askControl<TenantReply>(fleet, 'POST', '/v1/tenants', { name });
  await written(fleet, new RegExp(`^ +${name}:`, 'm'));
  assert.match((await mail.say('Subject: last\r\n\r\nHello\r\n.')) ?? '', /^250/);
  assert.notEqual((await added).body.uid, uid);
  assert.deepEqual(await subjects(fleet, name), []);
  await Promise.all([removed, moved]);
});
