/** A damaged database is mended while the fleet runs. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TenantDetail } from '../../libs/wire/control-http.ts';
import type { RepairReply } from '../../libs/wire/mail-work.ts';
import { Fleet } from '../harness/fleet.ts';
import { sendMail } from '../harness/smtp-talk.ts';

test('a tenant whose database is damaged is mended, and the others notice nothing', async () => {
  await using fleet = await Fleet.serving('tenants:\n  a: {}\n  b: {}\n');
  for (let n = 0; n < 20; n++) await sendMail(fleet.socketPath('a', 'smtp'), `n${n}`);
  await sendMail(fleet.socketPath('b', 'smtp'), 'other');
  const well = await fleet.ask<RepairReply>('tenant', 'repair', 'a');
  assert.deepEqual([well.messages, well.lost, well.kept], [20, 0, '']);
  await fleet.stop();
  const path = join(fleet.dataDir, 'a', 'mail.db');
  const bytes = readFileSync(path);
  bytes.fill(0x5a, 4096, 4096 * 3);
  writeFileSync(path, bytes);
  await fleet.serve();

  assert.notEqual((await fleet.get('a', '/api/v1/messages')).status, 200);
  assert.match((await sendMail(fleet.socketPath('a', 'smtp'), 'refused')) ?? '', /^4/);
  assert.equal((await fleet.ask<TenantDetail>('tenant', 'show', 'a')).state, 'failed');
  assert.match((await sendMail(fleet.socketPath('b', 'smtp'), 'more')) ?? '', /^250/);

  const repaired = await fleet.ask<RepairReply>('tenant', 'repair', 'a');
  assert(existsSync(repaired.kept), JSON.stringify(repaired));
  const { status, body } = await fleet.get('a', '/api/v1/messages');
  assert.equal(status, 200);
  assert.equal(JSON.parse(body).total, repaired.messages);
  assert.match((await sendMail(fleet.socketPath('a', 'smtp'), 'again')) ?? '', /^250/);
  assert.equal((await fleet.ask<TenantDetail>('tenant', 'show', 'a')).state, 'listening');
  assert.equal((await fleet.run(['tenant', 'repair', 'nobody'])).code, 3);
});

test('mail that waits beside a damaged database is told, and comes back', async () => {
  await using fleet = await Fleet.serving('tenants:\n  a: {}\n');
  await sendMail(fleet.socketPath('a', 'smtp'), 'is lost');
  await fleet.stop();
  writeFileSync(join(fleet.dataDir, 'a', 'mail.db'), Buffer.alloc(5000, 'x'));
  await fleet.serve();
  assert.match((await sendMail(fleet.socketPath('a', 'smtp'), 'waits')) ?? '', /^250/);
  assert.equal((await fleet.get('a', '/api/v1/messages')).status, 503);
  const { messages, notes } = await fleet.ask<RepairReply>('tenant', 'repair', 'a');
  assert.equal(messages, 0);
  assert.match(notes.join('\n'), /^mails that wait beside it in unapplied-\*\.log: 1; /m);
  assert.equal(JSON.parse((await fleet.get('a', '/api/v1/messages')).body).total, 1);
});
