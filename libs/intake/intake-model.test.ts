/**
 * Mailboxes of a few shards against plain ones in memory, through whatever a fleet goes through: crashes, moves, renames,
 * removals, new tenants under old names, other numbers of shards, mailboxes that meet a journal they have never seen.
 */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import type { TenantUid } from '../base/ids.ts';
import { silentLogger } from '../base/log.ts';
import type { Arrival } from '../mail/prepare-mail.ts';
import { aMail, noLimits } from '../store/mail-for-tests.ts';
import { openMemoryStore } from '../store/open-store.ts';
import type { Mailbox, Retention } from '../store/store.ts';
import type { Intake } from './intake.ts';
import { openIntake, replayJournals } from './open-intake.ts';
import { leaveSegments } from './segment.ts';

const tenants = [0, 1, 2];

const ids = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 4 });
const which = fc.oneof({ weight: 1, arbitrary: fc.constant('all' as const) }, { weight: 4, arbitrary: ids });
const tagName = fc.constantFrom('a', 'A', 'b', 'c c');
const tagNames = fc.array(tagName, { maxLength: 2 });
const retention: fc.Arbitrary<Retention> = fc.record({
  maxMessages: fc.constantFrom(0, 2, 8),
  maxBytes: fc.constantFrom(0, 0, 3000),
  maxAgeMs: fc.constantFrom(0, 0, 5),
});
const tenant = fc.constantFrom(...tenants);

const step = fc.oneof(
  { weight: 20, arbitrary: fc.tuple(fc.constant('insert'), tenant, fc.nat(1500), tagNames) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('insert'), tenant, fc.constant(300_000), tagNames) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('remove'), tenant, which) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('read'), tenant, which, fc.boolean()) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('tags'), tenant, ids, tagNames) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('rename-tag'), tenant, tagName, tagName) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('retention'), tenant, retention) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('look'), tenant) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('pause'), fc.integer({ min: 1, max: 40 })) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('move'), tenant, fc.nat(2)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('rename'), tenant) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('recreate'), tenant) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('restore'), tenant) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('lose-journal'), fc.integer({ min: 1, max: 3 })) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('crash-resume')) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('crash-replay'), fc.integer({ min: 1, max: 3 })) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('crash-leave'), fc.integer({ min: 1, max: 3 })) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('restart'), fc.integer({ min: 1, max: 3 })) },
) as fc.Arbitrary<[string, ...never[]]>;

type Tenant = { uid: TenantUid; folder: string; shard: number; real: Mailbox; model: Mailbox; mails: number };

/** Nothing of its body is searched, so that a large one leaves little in the journal. */
function arrival(id: string, arrivedAtMs: number, tags: readonly string[], body: Buffer): Arrival {
  const head = Buffer.from(`Subject: ${id}\r\nX-Tags: ${tags.join(',')}\r\nContent-Type: x/y\r\n\r\n`);
  return { id, arrivedAtMs, username: '', raw: Buffer.concat([head, body]) };
}

class Fleet implements AsyncDisposable {
  #root = mkdtempSync(join(tmpdir(), 'mpctl-model-'));
  #now = 0;
  #made = 0;
  #withThread = false;
  #shards: Intake[] = [];
  readonly #roots = [this.#root];
  readonly #abandoned: Promise<void>[] = [];
  readonly #memory = openMemoryStore(() => this.#now);
  readonly #tenants: Tenant[] = [];
  readonly #trash: { folder: string; model: Mailbox }[] = [];

  async open(withThread: boolean): Promise<void> {
    this.#withThread = withThread;
    await this.#startShards(2);
    for (const index of tenants) this.#tenants.push(this.#make(index % 2));
  }

  async play(action: string, args: never[]): Promise<void> {
    this.#now += 1;
    const [index, a, b] = args as unknown as [number, unknown, unknown];
    const tenant = this.#tenants[index] as Tenant;
    switch (action) {
      case 'insert': {
        const id = `${tenant.uid}-${tenant.mails++}`;
        const raw = Buffer.alloc(a as number, `${tenant.mails} `);
        const tags = b as string[];
        // One way or the other: read by whoever brought it, or later.
        const mail =
          tenant.mails % 2 === 0
            ? aMail(id, { createdAtMs: this.#now - (tenant.mails % 3), raw, tags })
            : arrival(id, this.#now, tags, raw);
        return this.#both(tenant, mailbox => mailbox.insert(mail));
      }
      case 'remove':
        return this.#both(tenant, mailbox => mailbox.remove(this.#select(tenant, a)));
      case 'read':
        return this.#both(tenant, mailbox => mailbox.setRead(this.#select(tenant, a), b as boolean));
      case 'tags':
        return this.#both(tenant, mailbox =>
          mailbox.setTags(this.#select(tenant, a) as string[], b as string[]),
        );
      case 'rename-tag':
        return this.#both(tenant, mailbox => mailbox.renameTag(a as string, b as string));
      case 'retention':
        return this.#both(tenant, mailbox => mailbox.setRetention(a as Retention));
      case 'look':
        return this.#compare(tenant);
      case 'move':
        return this.#reopen(tenant, (a as number) % this.#shards.length);
      case 'rename':
        return this.#reopen(tenant, tenant.shard, `renamed-${this.#made++}`);
      case 'recreate': {
        await (this.#shards[tenant.shard] as Intake).release(tenant.uid);
        const folder = `.trash-${tenant.uid}`;
        renameSync(join(this.#root, tenant.folder), join(this.#root, folder));
        this.#trash.push({ folder, model: tenant.model });
        Object.assign(tenant, this.#make(tenant.shard, tenant.folder));
        return;
      }
      case 'restore':
        // As from a backup: the same mailbox, another uid.
        return this.#reopen(tenant, tenant.shard, `restored-${this.#made++}`, this.#newUid());
      case 'lose-journal':
        for (const shard of this.#shards) await shard[Symbol.asyncDispose]();
        rmSync(join(this.#root, '.journal'), { recursive: true, force: true });
        await this.#startShards(index);
        return this.#openMailboxes(() => this.#made++ % index);
      case 'pause':
        return setTimeout(index);
      case 'crash-resume':
        await this.#crash(this.#shards.length);
        return this.#openMailboxes(({ shard }) => shard);
      case 'crash-replay':
        await this.#crash(0);
        await replayJournals(this.#options(), uid => this.#dirOf(uid));
        await this.#startShards(index);
        return this.#openMailboxes(() => this.#made++ % index);
      case 'crash-leave':
        // As when a start finds no room to take anything in.
        await this.#crash(0);
        await leaveSegments(this.#options().journalDir);
        await this.#startShards(index);
        return this.#openMailboxes(() => this.#made++ % index);
      case 'restart':
        for (const shard of this.#shards) await shard[Symbol.asyncDispose]();
        await replayJournals(this.#options(), uid => this.#dirOf(uid));
        await this.#startShards(index);
        return this.#openMailboxes(() => this.#made++ % index);
    }
  }

  async compareAll(): Promise<void> {
    for (const tenant of this.#tenants) await this.#compare(tenant);
    for (const { folder, model } of this.#trash) {
      const [shard] = this.#shards as [Intake];
      const real = shard.mailbox({ uid: this.#newUid(), dir: join(this.#root, folder), retention: noLimits });
      assert.deepEqual(await picture(real), await picture(model));
    }
  }

  #make(shard: number, folder = `t${this.#made}`): Tenant {
    const uid = this.#newUid();
    mkdirSync(join(this.#root, folder));
    const model = this.#memory.mailbox({ uid, dir: '', retention: noLimits });
    const tenant = { uid, folder, shard, model, mails: 0 };
    return { ...tenant, real: this.#mailbox(tenant) };
  }

  #newUid(): TenantUid {
    return String(this.#made++).padStart(16, '0') as TenantUid;
  }

  #mailbox({ uid, folder, shard }: Pick<Tenant, 'uid' | 'folder' | 'shard'>): Mailbox {
    return (this.#shards[shard] as Intake).mailbox({
      uid,
      dir: join(this.#root, folder),
      retention: noLimits,
    });
  }

  async #reopen(tenant: Tenant, shard: number, folder = tenant.folder, uid = tenant.uid): Promise<void> {
    await (this.#shards[tenant.shard] as Intake).release(tenant.uid);
    renameSync(join(this.#root, tenant.folder), join(this.#root, folder));
    Object.assign(tenant, { shard, folder, uid });
    tenant.real = this.#mailbox(tenant);
    await tenant.model.setRetention(noLimits);
  }

  /** Goes on with the files as they are at this moment, as after SIGKILL. */
  async #crash(shards: number): Promise<void> {
    const root = mkdtempSync(join(tmpdir(), 'mpctl-model-'));
    this.#roots.push(root);
    // Threads go on while files are copied: what they rename then may be missed, so that a copy is taken again.
    for (let names = ''; names === ''; ) {
      const before = namesIn(this.#root);
      rmSync(root, { recursive: true, force: true });
      try {
        cpSync(this.#root, root, { recursive: true });
        if (before === namesIn(this.#root) && before === namesIn(root)) names = before;
      } catch {}
    }
    this.#abandoned.push(...this.#shards.map(shard => shard[Symbol.asyncDispose]()));
    this.#root = root;
    await this.#startShards(shards);
  }

  async #startShards(count: number): Promise<void> {
    this.#shards = [];
    for (let shard = 0; shard < count; shard++) {
      this.#shards.push(await openIntake({ ...this.#options(), shard }));
    }
  }

  #options() {
    const limits = {
      ...{ journalBytes: 150_000, segmentBytes: 3000, openFiles: 2, fileIdleMs: 20, reclaimMs: 5 },
      // A thread takes its time to begin: in some runs.
      ...(this.#withThread ? { worthBytes: 1000 } : {}),
    };
    const tenantDirs = () => (uid: TenantUid) => this.#dirOf(uid);
    const journalDir = join(this.#root, '.journal');
    return { journalDir, clock: () => this.#now, log: silentLogger, limits, tenantDirs };
  }

  async #openMailboxes(shardOf: (tenant: Tenant) => number): Promise<void> {
    for (const tenant of this.#tenants) {
      tenant.shard = shardOf(tenant);
      tenant.real = this.#mailbox(tenant);
      await tenant.model.setRetention(noLimits);
    }
    for (const [index, shard] of this.#shards.entries()) {
      const isHere = (uid: TenantUid) =>
        this.#tenants.some(tenant => tenant.uid === uid && tenant.shard === index);
      await shard.settleInheritance(uid => (isHere(uid) ? this.#dirOf(uid) : null));
    }
  }

  #dirOf(uid: TenantUid): string | null {
    const folder = this.#tenants.find(tenant => tenant.uid === uid)?.folder ?? `.trash-${uid}`;
    return existsSync(join(this.#root, folder)) ? join(this.#root, folder) : null;
  }

  async #both(tenant: Tenant, act: (mailbox: Mailbox) => Promise<unknown>): Promise<void> {
    const [real, model] = [await act(tenant.real), await act(tenant.model)];
    const sorted = (ids: unknown) => (Array.isArray(ids) ? ids.toSorted() : ids);
    assert.deepEqual(sorted(real), sorted(model));
  }

  async #compare({ real, model, folder }: Tenant): Promise<void> {
    assert.deepEqual(await picture(real), await picture(model));
    const { rows } = await picture(model);
    const large = rows.filter(({ sizeBytes }) => sizeBytes > 256 * 1024).length;
    const big = join(this.#root, folder, 'big');
    assert.ok((existsSync(big) ? readdirSync(big).length : 0) >= large);
  }

  #select({ uid }: Tenant, which: unknown): 'all' | string[] {
    return which === 'all' ? 'all' : (which as number[]).map(number => `${uid}-${number}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#abandoned, ...this.#shards.map(shard => shard[Symbol.asyncDispose]())]);
    for (const root of this.#roots) rmSync(root, { recursive: true });
  }
}

const namesIn = (dir: string) => `/ ${readdirSync(dir, { recursive: true }).toSorted().join(' ')}`;

async function picture(mailbox: Mailbox) {
  const rows = await mailbox.list({ start: 0, limit: 0 });
  return {
    rows,
    counts: await mailbox.counts(),
    tags: await mailbox.tags(),
    raws: await Promise.all(rows.map(async ({ id }) => (await mailbox.raw(id))?.toString())),
  };
}

const seed = Number(process.env.MPCTL_SEED ?? Date.now() % 1e9);

it(`mail is where it belongs, whatever happens to the processes (seed ${seed})`, {
  timeout: 3_600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), fc.nat(9), async (steps, which) => {
      await using fleet = new Fleet();
      await fleet.open(which === 0);
      for (const [action, ...args] of steps) await fleet.play(action, args);
      await fleet.compareAll();
    }),
    { numRuns: process.env.MPCTL_SOAK ? 3000 : 60, seed },
  );
});
