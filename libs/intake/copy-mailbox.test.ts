import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseTenantUid, type TenantUid } from '../base/ids.ts';
import { silentLogger } from '../base/log.ts';
import { aMail, noLimits } from '../store/mail-for-tests.ts';
import type { Mailbox } from '../store/store.ts';
import type { Intake } from './intake.ts';
import { openIntake } from './open-intake.ts';

const uid = parseTenantUid('00000000000000aa') as TenantUid;
const large = Buffer.alloc(400_000, 'large');

async function open(t: TestContext): Promise<{ intake: Intake; root: string; dir: string }> {
  const root = mkdtempSync(join(tmpdir(), 'mpctl-copy-'));
  const dir = join(root, 'tenant');
  mkdirSync(dir);
  // Far in the future: what was written looks as if it had been long ago.
  const clock = () => Date.now() + 1e9;
  const intake = await openIntake({ journalDir: join(root, '.journal'), shard: 0, clock, log: silentLogger });
  t.after(async () => {
    await intake[Symbol.asyncDispose]();
    rmSync(root, { recursive: true });
  });
  return { intake, root, dir };
}

const mailboxIn = (intake: Intake, dir: string, of = uid) =>
  intake.mailbox({ uid: of, dir, retention: noLimits });
const ids = async (mailbox: Mailbox) =>
  (await mailbox.list({ start: 0, limit: 0 })).map(({ id }) => id).sort();

/** What a copy holds, opened as a tenant's folder. */
async function idsOfCopy(t: TestContext, copy: string): Promise<string[]> {
  const { intake } = await open(t);
  const mailbox = mailboxIn(intake, copy);
  for (const id of await ids(mailbox)) assert(await mailbox.raw(id), `${id} has its bytes`);
  const found = await ids(mailbox);
  await intake.release(uid);
  return found;
}

test('a copy has all that was acknowledged, and what is not there costs nothing', async t => {
  const { intake, root, dir } = await open(t);
  const empty = await intake.copy({ uid, dir }, join(root, 'c0'), null);
  assert.deepEqual([empty.position, empty.files], [-1, {}]);
  const mailbox = mailboxIn(intake, dir);
  await Promise.all([mailbox.insert(aMail('a')), mailbox.insert(aMail('b', { raw: large }))]);
  const copy = await intake.copy({ uid, dir }, join(root, 'c1'), null);
  assert.deepEqual(Object.keys(copy.files).sort(), ['big/b.zst', 'mail.db']);
  assert.equal(copy.files['mail.db'], statSync(join(root, 'c1/mail.db')).size);
  assert.deepEqual(await idsOfCopy(t, join(root, 'c1')), ['a', 'b']);
});

test('a second copy costs what has changed', async t => {
  const { intake, root, dir } = await open(t);
  const mailbox = mailboxIn(intake, dir);
  await mailbox.insert(aMail('a'));
  await mailbox.insert(aMail('b', { raw: large }));
  const inode = (name: string) => statSync(join(root, name)).ino;
  const first = { dir: join(root, 'c1'), ...(await intake.copy({ uid, dir }, join(root, 'c1'), null)) };
  const second = { dir: join(root, 'c2'), ...(await intake.copy({ uid, dir }, join(root, 'c2'), first)) };
  assert.equal(inode('c1/mail.db'), inode('c2/mail.db'));
  await mailbox.insert(aMail('c'));
  await intake.copy({ uid, dir }, join(root, 'c3'), second);
  assert.notEqual(inode('c1/mail.db'), inode('c3/mail.db'));
  assert.equal(inode('c1/big/b.zst'), inode('c3/big/b.zst'));
  assert.deepEqual(await idsOfCopy(t, join(root, 'c1')), ['a', 'b']);
  assert.deepEqual(await idsOfCopy(t, join(root, 'c3')), ['a', 'b', 'c']);
});

test('a mailbox that is closed and unchanged is not opened for it', async t => {
  const { intake, root, dir } = await open(t);
  await mailboxIn(intake, dir).insert(aMail('a'));
  await intake.release(uid);
  const first = { dir: join(root, 'c1'), ...(await intake.copy({ uid, dir }, join(root, 'c1'), null)) };
  assert.notEqual(first.stamp, '');
  const openedAtMs = statSync(join(dir, 'mail.db')).atimeMs;
  const second = await intake.copy({ uid, dir }, join(root, 'c2'), first);
  assert.equal(second.stamp, first.stamp);
  assert.equal(statSync(join(dir, 'mail.db')).atimeMs, openedAtMs);
  assert.equal(intake.status.openDatabases, 0);
});

test('mail comes and goes while a mailbox is copied, and each copy is one moment of it', async t => {
  const { intake, root, dir } = await open(t);
  const mailbox = mailboxIn(intake, dir);
  let isOver = false;
  let sent = 0;
  const sending = (async () => {
    for (; !isOver; sent += 1) {
      await mailbox.insert(
        aMail(`m${sent}`, { raw: Buffer.alloc(sent % 5 === 0 ? 300_000 : 9000, `${sent}`) }),
      );
      if (sent % 3 === 0) await mailbox.remove([`m${sent - 2}`]);
    }
  })();
  for (let round = 0; round < 8; round++) {
    const before = sent;
    const to = join(root, `r${round}`);
    await intake.copy({ uid, dir }, to, null);
    if (before === 0) continue;
    const found = await idsOfCopy(t, to);
    const numbers = found.map(id => Number(id.slice(1)));
    const last = Math.max(...numbers);
    assert(last >= before - 1, 'what was acknowledged before is there');
    const expected = Array.from({ length: last + 1 }, (_, n) => n).filter(
      n => (n + 2) % 3 !== 0 || n + 2 > last,
    );
    assert.deepEqual(
      numbers.filter(n => n < last - 2).sort((a, b) => a - b),
      expected.filter(n => n < last - 2),
    );
  }
  isOver = true;
  await sending;
  assert.equal((await ids(mailbox)).length > 0, true);
  assert(readdirSync(join(dir, 'big')).length > 0);
});
