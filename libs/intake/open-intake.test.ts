import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { parseTenantUid, type TenantUid } from '../base/ids.ts';
import { silentLogger } from '../base/log.ts';
import { aMail, noLimits } from '../store/mail-for-tests.ts';
import type { Mailbox } from '../store/store.ts';
import { testStore } from '../store/store-suite.ts';
import type { Intake } from './intake.ts';
import { openIntake, replayJournals } from './open-intake.ts';

testStore('the intake', async () => {
  const root = mkdtempSync(join(tmpdir(), 'mpctl-intake-'));
  let now = 0;
  const store = await openIntake({
    journalDir: join(root, '.journal'),
    shard: 0,
    clock: () => now,
    log: silentLogger,
  });
  return {
    store,
    setNow: nowMs => {
      now = nowMs;
    },
    dirOf: (uid: TenantUid) => {
      const dir = join(root, uid);
      mkdirSync(dir, { recursive: true });
      return dir;
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      rmSync(root, { recursive: true });
    },
  };
});

const uid = parseTenantUid('00000000000000aa') as TenantUid;

type Place = {
  readonly root: string;
  readonly dir: string;
  open(): Promise<Intake>;
  mailbox(intake: Intake): Mailbox;
};

function place(t: TestContext): Place {
  const root = mkdtempSync(join(tmpdir(), 'mpctl-intake-'));
  t.after(() => rmSync(root, { recursive: true }));
  // A new tenant's folder may come later than its mail.
  const dir = join(root, 'tenant');
  return {
    root,
    dir,
    open: () =>
      openIntake({ journalDir: join(root, '.journal'), shard: 0, clock: () => 0, log: silentLogger }),
    mailbox: intake => intake.mailbox({ uid, dir, retention: noLimits }),
  };
}

const ids = async (mailbox: Mailbox) => (await mailbox.list({ start: 0, limit: 0 })).map(({ id }) => id);

describe('the intake', () => {
  it('looking at a mailbox that never got mail makes no file', async t => {
    const { dir, open, mailbox } = place(t);
    await using intake = await open();
    assert.deepEqual(await ids(mailbox(intake)), []);
    assert.deepEqual(readdirSync(dir), []);
  });

  it('a journal folder that is lost while nothing runs costs no later mail', async t => {
    const { root, open, mailbox } = place(t);
    for (const id of ['a', 'b', 'c']) {
      const intake = await open();
      const tenant = mailbox(intake);
      await tenant.insert(aMail(id));
      await tenant.insert(aMail(`${id}2`));
      assert.equal((await ids(tenant)).includes(id), true);
      await intake[Symbol.asyncDispose]();
      rmSync(join(root, '.journal'), { recursive: true });
    }
    await using intake = await open();
    assert.deepEqual(await ids(mailbox(intake)), ['c2', 'c', 'b2', 'b', 'a2', 'a']);
  });

  it('mail that comes before its mailbox is looked at is not taken for applied after a journal was lost', async t => {
    const { root, dir, open, mailbox } = place(t);
    const journal = join(root, '.journal');
    const options = { journalDir: journal, clock: () => 0, log: silentLogger };
    for (const id of ['a', 'b', 'c']) {
      const intake = await open();
      await mailbox(intake).insert(aMail(id));
      await intake[Symbol.asyncDispose]();
    }
    rmSync(journal, { recursive: true });
    cpSync(dir, `${dir}.before`, { recursive: true });
    const crashed = await open();
    await mailbox(crashed).insert(aMail('d'));
    const [name] = readdirSync(journal) as [string];
    const bytes = readFileSync(join(journal, name));
    await crashed[Symbol.asyncDispose]();
    const replayAgain = async () => {
      rmSync(journal, { recursive: true });
      mkdirSync(journal);
      writeFileSync(join(journal, name), bytes);
      await replayJournals(options, () => dir);
    };
    rmSync(dir, { recursive: true });
    renameSync(`${dir}.before`, dir);
    await replayAgain();
    const intake = await open();
    const tenant = mailbox(intake);
    assert.deepEqual(await ids(tenant), ['d', 'c', 'b', 'a']);
    await tenant.remove(['d']);
    await intake[Symbol.asyncDispose]();
    await replayAgain();
    await using last = await open();
    assert.deepEqual(await ids(mailbox(last)), ['c', 'b', 'a'], 'what was applied is not applied again');
  });

  it('large mail leaves no file behind when it is refused or removed', async t => {
    const { dir, open, mailbox } = place(t);
    await using intake = await open();
    const tenant = mailbox(intake);
    await tenant.insert(aMail('big', { raw: randomBytes(300_000) }));
    assert.deepEqual(readdirSync(join(dir, 'big')), ['big']);
    await tenant.remove(['big']);
    await intake.release(uid);
    assert.deepEqual(readdirSync(join(dir, 'big')), []);
    await assert.rejects(tenant.insert(aMail('late', { raw: randomBytes(300_000) })), {
      code: 'STORE_CLOSED',
    });
    assert.deepEqual(readdirSync(join(dir, 'big')), []);
  });

  it('a damaged database fails its tenant alone, and its mail waits in its folder', async t => {
    const { root, dir, open, mailbox } = place(t);
    const intake = await open();
    const other = join(root, 'other');
    mkdirSync(other);
    const healthy = intake.mailbox({ uid: '0000000000000007' as TenantUid, dir: other, retention: noLimits });
    const tenant = mailbox(intake);
    writeFileSync(join(dir, 'mail.db'), Buffer.alloc(5000, 'x'));
    await tenant.insert(aMail('one'));
    await assert.rejects(tenant.counts(), { code: 'STORE_CORRUPT' });
    await assert.rejects(tenant.insert(aMail('two')), { code: 'STORE_CORRUPT' });
    await healthy.insert(aMail('three'));
    assert.deepEqual(await ids(healthy), ['three']);
    await intake.release(uid);
    rmSync(join(dir, 'mail.db'));
    assert.deepEqual(await ids(mailbox(intake)), ['one']);
    await intake[Symbol.asyncDispose]();
    assert.deepEqual(readdirSync(dir), ['mail.db', 'mail.db.damaged']);
    assert.deepEqual(readFileSync(join(dir, 'mail.db.damaged')), Buffer.alloc(5000, 'x'));
  });

  it('a file of large mail that no mail names is gone after the next start', async t => {
    const { dir, open, mailbox } = place(t);
    {
      await using intake = await open();
      await mailbox(intake).insert(aMail('big', { raw: randomBytes(300_000) }));
    }
    writeFileSync(join(dir, 'big', 'orphan.zst'), '');
    await using intake = await open();
    assert.deepEqual(await ids(mailbox(intake)), ['big']);
    assert.deepEqual(readdirSync(join(dir, 'big')), ['big']);
  });

  it('a damaged record of the journal is kept aside, the others are taken in', async t => {
    const { root, open, mailbox } = place(t);
    const journal = join(root, '.journal');
    const crashed = await open();
    const before = mailbox(crashed);
    for (const id of ['a', 'b', 'c']) await before.insert(aMail(id));
    const [name] = readdirSync(journal) as [string];
    const bytes = readFileSync(join(journal, name));
    const at = bytes.indexOf('Subject: b');
    bytes.write('X', at);
    await crashed[Symbol.asyncDispose]();
    rmSync(journal, { recursive: true });
    rmSync(join(root, 'tenant', 'mail.db'));
    mkdirSync(journal);
    writeFileSync(join(journal, name), bytes);
    await using intake = await open();
    assert.deepEqual(await ids(mailbox(intake)), ['c', 'a']);
    assert.equal(readdirSync(join(journal, 'damaged')).length, 1);
  });

  it('the end of a write that was cut short is put aside, where it is more than zeros', async t => {
    const { root, open, mailbox } = place(t);
    const journal = join(root, '.journal');
    const crashed = await open();
    const before = mailbox(crashed);
    for (const id of ['a', 'b']) await before.insert(aMail(id));
    const [name] = readdirSync(journal) as [string];
    const bytes = readFileSync(join(journal, name));
    await crashed[Symbol.asyncDispose]();
    const start = async (end: Buffer) => {
      rmSync(journal, { recursive: true });
      rmSync(join(root, 'tenant', 'mail.db'));
      mkdirSync(journal);
      writeFileSync(join(journal, name), Buffer.concat([bytes, end]));
      await using intake = await open();
      assert.deepEqual(await ids(mailbox(intake)), ['b', 'a']);
      return readdirSync(journal).includes('damaged') ? readdirSync(join(journal, 'damaged')) : [];
    };
    assert.deepEqual(await start(Buffer.alloc(5000)), []);
    const end = Buffer.concat([bytes.subarray(52, 90), Buffer.alloc(10)]);
    const number = Number.parseInt(name, 10);
    assert.deepEqual(await start(end), [`${number}-${bytes.length}.cut`]);
    assert.deepEqual(readFileSync(join(journal, 'damaged', `${number}-${bytes.length}.cut`)), end);
  });

  it('what is taken in after a crash raises no event', async t => {
    const { root, dir, open } = place(t);
    const retention = { ...noLimits, maxMessages: 1 };
    const pruned: (readonly string[])[] = [];
    const options = { uid, dir, retention, onPruned: (ids: readonly string[]) => pruned.push(ids) };
    const crashed = await open();
    const before = crashed.mailbox(options);
    for (const id of ['a', 'b', 'c']) await before.insert(aMail(id));
    const journal = join(root, '.journal');
    const files = readdirSync(journal).map(name => [name, readFileSync(join(journal, name))] as const);
    await crashed[Symbol.asyncDispose]();
    assert.deepEqual(pruned.flat(), ['a', 'b']);
    rmSync(journal, { recursive: true });
    rmSync(join(dir, 'mail.db'));
    mkdirSync(journal);
    for (const [name, bytes] of files) writeFileSync(join(journal, name), bytes);
    await using intake = await open();
    assert.deepEqual(await ids(intake.mailbox(options)), ['c']);
    assert.deepEqual(pruned.flat(), ['a', 'b']);
  });

  it('mail of a tenant that nobody knows is kept apart, and comes back in the folder of one', async t => {
    const { root, dir, open, mailbox } = place(t);
    const journal = join(root, '.journal');
    const crashed = await open();
    const before = mailbox(crashed);
    for (const id of ['a', 'b']) await before.insert(aMail(id));
    const [name] = readdirSync(journal) as [string];
    const bytes = readFileSync(join(journal, name));
    await crashed[Symbol.asyncDispose]();
    rmSync(root, { recursive: true });
    mkdirSync(journal, { recursive: true });
    writeFileSync(join(journal, name), bytes);
    await replayJournals({ journalDir: journal, clock: () => 0, log: silentLogger }, () => null);
    renameSync(join(journal, 'stray', uid), dir);
    await using intake = await open();
    assert.deepEqual(await ids(mailbox(intake)), ['b', 'a']);
  });

  it('mail of a tenant that nobody knows stays in the journal where there is no room to keep it apart', async t => {
    const { root, dir, open, mailbox } = place(t);
    const journal = join(root, '.journal');
    const crashed = await open();
    await mailbox(crashed).insert(aMail('a'));
    const [name] = readdirSync(journal) as [string];
    const bytes = readFileSync(join(journal, name));
    await crashed[Symbol.asyncDispose]();
    rmSync(root, { recursive: true });
    mkdirSync(journal, { recursive: true });
    writeFileSync(join(journal, name), bytes);
    const options = { journalDir: journal, clock: () => 0, log: silentLogger };
    writeFileSync(join(journal, 'stray'), 'in the way');
    await replayJournals(options, () => null);
    assert.deepEqual(readdirSync(journal).toSorted(), [name.replace('.log', '.left'), 'stray']);
    rmSync(join(journal, 'stray'));
    await replayJournals(options, () => null);
    renameSync(join(journal, 'stray', uid), dir);
    await using intake = await open();
    assert.deepEqual(await ids(mailbox(intake)), ['a']);
  });

  it('holds no more in memory than its bounds, and keeps all that it took', async t => {
    const { root, dir } = place(t);
    const limits = { tailBytes: 100_000, tenantTailBytes: 50_000 };
    await using intake = await openIntake({
      journalDir: join(root, '.journal'),
      shard: 0,
      clock: () => 0,
      log: silentLogger,
      limits,
    });
    const tenant = intake.mailbox({ uid, dir, retention: noLimits });
    const mails = Array.from({ length: 200 }, (_, i) => aMail(`m${i}`, { raw: Buffer.alloc(10_000, i) }));
    let most = 0;
    await Promise.all(
      mails.map(async mail => {
        await tenant.insert(mail);
        most = Math.max(most, intake.status.tailBytes);
      }),
    );
    assert.ok(most <= limits.tailBytes, `${most}`);
    assert.equal((await tenant.counts()).total, 200);
  });
});
