/**
 * A database's sync fails, which makes the system drop what it did not write and say no more of it; then mail goes on, the
 * journal lets go of what it thinks is safe, and the power is cut. The disk is one that does just that.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { listSegments } from '../../libs/intake/segment.ts';
import { Disk } from '../harness/disk/disk.ts';
import { IntakeProcess, idsIn, type MailboxName } from '../harness/disk/intake-process.ts';
import { SurvivingDisk } from '../harness/disk/surviving-disk.ts';
import { seeded } from '../harness/ledger.ts';

const seed = Number(process.env.MPCTL_SEED ?? Date.now() % 1e9);
/** A power cut has many outcomes. */
const images = 3;

/** Small, so that segments are freed while files stay open. */
const limits = { journalBytes: 400_000, segmentBytes: 20_000, reclaimMs: 50 };

class World implements AsyncDisposable {
  readonly root = mkdtempSync(join(tmpdir(), 'mp-'));
  readonly disk = new Disk(this.root, { trace: true });
  readonly kept: Record<MailboxName, string[]> = { a: [], b: [] };
  intake: IntakeProcess;

  /** A database that nobody uses for `fileIdleMs` is closed, for which it is synced. */
  constructor(fileIdleMs = 600_000) {
    this.intake = new IntakeProcess(this.root, { ...limits, fileIdleMs }, this.disk.env);
  }

  /** Keeps mail, and sees to it that it is in the database. */
  async keep(name: MailboxName, count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const id = `${name}${String(this.kept[name].length).padStart(4, '0')}`;
      await this.intake.ask('insert', name, id, randomBytes(9000));
      this.kept[name].push(id);
    }
    assert.deepEqual(await this.intake.ask('ids', name), this.kept[name]);
  }

  /** Keeps mail for b until the journal has let go of all that was written before. */
  async letTheJournalGo(): Promise<void> {
    const { number: newest = 0 } = (await listSegments(join(this.root, '.journal'))).at(-1) ?? {};
    while (((await listSegments(join(this.root, '.journal')))[0]?.number ?? 0) <= newest) {
      await this.keep('b', 1);
      await sleep(5);
    }
  }

  async failed(count: number): Promise<void> {
    while ((await this.intake.ask('status')).failedMailboxes !== count) await sleep(20);
  }

  /** As after SIGKILL. */
  async startAnew(): Promise<void> {
    await this.intake.kill();
    this.intake = new IntakeProcess(this.root, limits, this.disk.env);
    await this.intake.ask('ids', 'a');
    await this.intake.ask('settle');
  }

  /** What is there after a power cut now is what was kept. */
  async cutThePower(): Promise<void> {
    using survivor = new SurvivingDisk(this.root, this.disk.tracePath, seeded(seed));
    survivor.follow(this.disk.now());
    for (let image = 0; image < images; image++) {
      const root = mkdtempSync(join(tmpdir(), 'mp-'));
      survivor.copyTo(root);
      for (const name of ['a', 'b'] as const) assert.deepEqual(await idsIn(root, name), this.kept[name]);
      rmSync(root, { recursive: true });
    }
  }

  get hasAside(): boolean {
    return readdirSync(join(this.root, 'a')).some(name => name.startsWith('unapplied-'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.intake[Symbol.asyncDispose]();
    this.disk[Symbol.dispose]();
    rmSync(this.root, { recursive: true });
  }
}

const skip = process.platform === 'linux' ? false : 'needs LD_PRELOAD';

describe(`when the power is cut after the journal let go of mail (seed ${seed})`, {
  skip,
  timeout: 120_000,
}, () => {
  it('a mailbox whose folder is new is there', async () => {
    await using world = new World();
    await world.keep('a', 3);
    await world.letTheJournalGo();
    await world.cutThePower();
  });

  it('mail of a database that cannot be synced was put aside before', async () => {
    await using world = new World();
    await world.keep('a', 10);
    world.disk.fail(['sync', 'EIO', '/a/mail.db']);
    await world.letTheJournalGo();
    assert.equal((await world.intake.ask('status')).failedMailboxes, 1);
    assert.ok(world.hasAside);
    await world.cutThePower();
  });

  it('the log of one whose sync failed was written over itself before later mail was taken for safe', async () => {
    await using world = new World();
    await world.keep('a', 10);
    world.disk.fail(['sync', 'EIO', '/a/mail.db']);
    await world.letTheJournalGo();
    await world.failed(1);
    world.disk.heal();
    await world.failed(0);
    await world.keep('a', 10);
    await world.letTheJournalGo();
    await world.cutThePower();
  });

  it('the next process does not believe that what the one before wrote is on disk', async () => {
    await using world = new World(3000);
    await world.keep('a', 10);
    world.disk.fail(['sync', 'EIO', '/a/mail.db']);
    await world.keep('a', 1);
    await world.failed(1);
    assert.ok(!world.hasAside);
    world.disk.heal();
    await world.startAnew();
    await world.keep('a', 10);
    await world.letTheJournalGo();
    await world.cutThePower();
  });

  it('what was put aside goes when the database is safe', async () => {
    await using world = new World();
    await world.keep('a', 10);
    world.disk.fail(['sync', 'EIO', '/a/mail.db']);
    await world.letTheJournalGo();
    world.disk.heal();
    await world.failed(0);
    await world.intake.ask('release', 'a');
    assert.ok(!world.hasAside);
    await world.cutThePower();
  });
});
