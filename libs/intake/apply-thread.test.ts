import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TenantUid } from '../base/ids.ts';
import { silentLogger } from '../base/log.ts';
import { aMail, noLimits } from '../store/mail-for-tests.ts';
import type { Mailbox, Retention } from '../store/store.ts';
import type { Intake } from './intake.ts';
import { openIntake } from './open-intake.ts';

function folder(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'mpctl-thread-'));
  t.after(() => rmSync(root, { recursive: true }));
  return root;
}

/** A tail of a few mails is long for it. */
const openAt = (root: string) =>
  openIntake({
    journalDir: join(root, '.journal'),
    shard: 0,
    clock: () => 0,
    log: silentLogger,
    limits: { worthBytes: 5000 },
  });

const uidOf = (number: number) => String(number).padStart(16, '0') as TenantUid;

function mailboxOf(
  intake: Intake,
  root: string,
  number = 0,
  retention: Retention = noLimits,
  onPruned: (ids: readonly string[]) => void = () => {},
): Mailbox {
  const uid = uidOf(number);
  return intake.mailbox({ uid, dir: join(root, uid), retention, onPruned });
}

const mails = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => aMail(`m${from + i}`, { raw: Buffer.alloc(1000, i) }));
const keep = (mailbox: Mailbox, list: ReturnType<typeof mails>) =>
  Promise.all(list.map(mail => mailbox.insert(mail)));
const idsOf = async (mailbox: Mailbox) => (await mailbox.list({ start: 0, limit: 0 })).map(({ id }) => id);
const newestFirst = (from: number, to: number) =>
  mails(from, to)
    .map(({ row }) => row.id)
    .reverse();

/** Until nothing waits, without a look at any mailbox. */
async function applied(intake: Intake): Promise<void> {
  while (intake.status.tailBytes > 0) await sleep(5);
}

describe('a long tail', () => {
  it('is applied without opening the mailbox here, and says what the limits removed', async t => {
    const root = folder(t);
    await using intake = await openAt(root);
    const pruned: string[] = [];
    const limits = { ...noLimits, maxMessages: 30 };
    const mailbox = mailboxOf(intake, root, 0, limits, ids => pruned.push(...ids));
    await keep(mailbox, mails(0, 200));
    await applied(intake);
    assert.equal(intake.status.openDatabases, 0);
    assert.deepEqual(pruned, newestFirst(0, 170).reverse());
    assert.deepEqual(await idsOf(mailbox), newestFirst(170, 200));
    assert.equal((await mailbox.find('m199'))?.number, 200);
  });

  it('is there for whoever looks meanwhile, and changes keep their order', async t => {
    const root = folder(t);
    await using intake = await openAt(root);
    const boxes = [0, 1, 2].map(number => mailboxOf(intake, root, number));
    for (let round = 0; round < 4; round++) {
      const [from, to] = [round * 50, round * 50 + 50];
      await Promise.all(
        boxes.map(async mailbox => {
          await keep(mailbox, mails(from, to));
          assert.deepEqual(await mailbox.remove([`m${from}`]), [`m${from}`]);
          await sleep(Math.random() * 20);
          assert.deepEqual((await idsOf(mailbox)).slice(0, 49), newestFirst(from + 1, to));
        }),
      );
    }
    for (const mailbox of boxes) assert.equal((await mailbox.counts()).total, 4 * 49);
  });

  it('is taken over by a successor, wherever the thread was', async t => {
    const root = folder(t);
    for (let round = 0; round < 3; round++) {
      const intake = await openAt(root);
      const mailbox = mailboxOf(intake, root);
      await keep(mailbox, mails(round * 100, round * 100 + 100));
      await intake.stop(round * 10);
    }
    await using intake = await openAt(root);
    const mailbox = mailboxOf(intake, root);
    await intake.settleInheritance(() => null);
    assert.deepEqual(await idsOf(mailbox), newestFirst(0, 300));
  });

  it('of a damaged mailbox waits, and others notice nothing', async t => {
    const root = folder(t);
    mkdirSync(join(root, uidOf(0)));
    writeFileSync(join(root, uidOf(0), 'mail.db'), Buffer.alloc(20_000, 'x'));
    await using intake = await openAt(root);
    const [damaged, well] = [mailboxOf(intake, root, 0), mailboxOf(intake, root, 1)];
    await Promise.all([keep(damaged, mails(0, 20)), keep(well, mails(0, 20))]);
    while (intake.status.failedMailboxes === 0) await sleep(5);
    await assert.rejects(idsOf(damaged), { code: 'STORE_CORRUPT' });
    await assert.rejects(damaged.insert(aMail('late')), { code: 'STORE_CORRUPT' });
    assert.deepEqual(await idsOf(well), newestFirst(0, 20));
  });
});
