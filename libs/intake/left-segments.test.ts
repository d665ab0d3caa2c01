import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TenantUid } from '../base/ids.ts';
import { silentLogger } from '../base/log.ts';
import { aMail, noLimits } from '../store/mail-for-tests.ts';
import type { TenantDirs } from './intake-options.ts';
import { openIntake, replayJournals } from './open-intake.ts';
import { leaveSegments } from './segment.ts';

const [ann, bob] = ['00000000000000aa', '00000000000000bb'] as [TenantUid, TenantUid];

/** A folder in which a start could take nothing in: a segment with a mail for each of two, and one that ann removed. */
async function leftBehind(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'mpctl-left-'));
  t.after(() => rmSync(root, { recursive: true }));
  const journalDir = join(root, '.journal');
  const dirOf = (uid: TenantUid) => join(root, uid);
  const optionsOf = (shard: number, tenantDirs?: () => TenantDirs) => ({
    ...{ journalDir, shard, clock: () => 0, log: silentLogger, limits: { reclaimMs: 5 } },
    ...(tenantDirs ? { tenantDirs } : {}),
  });
  const crashed = await openIntake(optionsOf(0));
  for (const uid of [ann, bob]) {
    const mailbox = crashed.mailbox({ uid, dir: dirOf(uid), retention: noLimits });
    await mailbox.insert(aMail('secret', { subject: 'nobody shall read this' }));
    await mailbox.insert(aMail('kept'));
    if (uid === ann) await mailbox.remove(['secret']);
  }
  const [name] = readdirSync(journalDir).filter(name => name.endsWith('.log')) as [string];
  const bytes = readFileSync(join(journalDir, name));
  await crashed[Symbol.asyncDispose]();
  for (const path of [journalDir, dirOf(ann), dirOf(bob)]) rmSync(path, { recursive: true });
  mkdirSync(journalDir);
  for (const uid of [ann, bob]) mkdirSync(dirOf(uid));
  writeFileSync(join(journalDir, name), bytes);
  assert.equal(await leaveSegments(journalDir), 1);
  const path = join(journalDir, name.replace('.log', '.left'));
  const noteOf = (uid: TenantUid) => join(journalDir, 'left', name.replace('.log', '.left'), uid);
  return { root, journalDir, path, dirOf, noteOf, optionsOf };
}

const only = (mine: TenantUid, dirOf: TenantDirs) => (uid: TenantUid) => (uid === mine ? dirOf(uid) : null);

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

describe('what a start could not take in', () => {
  it('goes when it is safe with all its tenants, whatever shards they are in', async t => {
    const { root, journalDir, path, dirOf, noteOf, optionsOf } = await leftBehind(t);
    await using first = await openIntake(optionsOf(0, () => dirOf));
    await first.settleInheritance(only(ann, dirOf));
    await until(() => existsSync(noteOf(ann)));
    // As after a crash at this moment, without the segment.
    cpSync(dirOf(ann), join(root, 'copy'), { recursive: true });
    {
      await using alone = await openIntake({ ...optionsOf(0), journalDir: join(root, '.other') });
      const mailbox = alone.mailbox({ uid: ann, dir: join(root, 'copy'), retention: noLimits });
      assert.deepEqual(await mailbox.match({ terms: [] }), ['kept']);
    }
    await sleep(300);
    assert.deepEqual([existsSync(path), existsSync(noteOf(bob))], [true, false]);
    await using second = await openIntake(optionsOf(1, () => dirOf));
    await second.settleInheritance(only(bob, dirOf));
    await until(() => !existsSync(path));
    await until(() => readdirSync(join(journalDir, 'left')).length === 0);
    for (const [uid, intake] of [
      [ann, first],
      [bob, second],
    ] as const) {
      const mailbox = intake.mailbox({ uid, dir: dirOf(uid), retention: noLimits });
      const expected = uid === ann ? ['kept'] : ['kept', 'secret'];
      assert.deepEqual((await mailbox.match({ terms: [] })).toSorted(), expected);
    }
    // One that moves to a shard which has read it too has nothing twice.
    await first.release(ann);
    const moved = second.mailbox({ uid: ann, dir: dirOf(ann), retention: noLimits });
    assert.deepEqual(await moved.match({ terms: [] }), ['kept']);
  });

  it('goes when its other tenants are gone for good', async t => {
    const { path, dirOf, optionsOf } = await leftBehind(t);
    await using intake = await openIntake(optionsOf(0, () => only(ann, dirOf)));
    await intake.settleInheritance(only(ann, dirOf));
    await until(() => !existsSync(path));
    const mailbox = intake.mailbox({ uid: ann, dir: dirOf(ann), retention: noLimits });
    assert.deepEqual(await mailbox.match({ terms: [] }), ['kept']);
  });

  it('goes where a database cannot be used: then it waits in the folder of its tenant', async t => {
    const { path, dirOf, optionsOf } = await leftBehind(t);
    writeFileSync(join(dirOf(ann), 'mail.db'), Buffer.alloc(5000, 'x'));
    {
      await using intake = await openIntake(optionsOf(0, () => dirOf));
      await intake.settleInheritance(dirOf);
      await until(() => !existsSync(path));
    }
    rmSync(join(dirOf(ann), 'mail.db'));
    await using intake = await openIntake(optionsOf(0));
    const mailbox = intake.mailbox({ uid: ann, dir: dirOf(ann), retention: noLimits });
    assert.deepEqual(await mailbox.match({ terms: [] }), ['kept']);
  });

  it('stays with a part that is damaged and could not be put aside', async t => {
    const { journalDir, path, dirOf, noteOf, optionsOf } = await leftBehind(t);
    const bytes = readFileSync(path);
    bytes.write('X', bytes.indexOf('nobody shall'));
    writeFileSync(path, bytes);
    writeFileSync(join(journalDir, 'damaged'), 'in the way');
    {
      await using intake = await openIntake(optionsOf(0, () => dirOf));
      await intake.settleInheritance(dirOf);
      const mailbox = intake.mailbox({ uid: bob, dir: dirOf(bob), retention: noLimits });
      assert.deepEqual((await mailbox.match({ terms: [] })).toSorted(), ['kept', 'secret']);
      await until(() => existsSync(noteOf(ann)) && existsSync(noteOf(bob)));
      await sleep(300);
      assert.equal(existsSync(path), true);
    }
    rmSync(join(journalDir, 'damaged'));
    await replayJournals(optionsOf(0), dirOf);
    assert.deepEqual([existsSync(path), readdirSync(join(journalDir, 'damaged')).length], [false, 1]);
  });
});
