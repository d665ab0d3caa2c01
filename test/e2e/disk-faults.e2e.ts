/** A disk that has no room or fails, one kind of file at a time, in a whole fleet. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseSegmentName } from '../../libs/intake/segment.ts';
import type { ControlStatus } from '../../libs/wire/control-http.ts';
import { askControl } from '../harness/control.ts';
import { Disk, type Fault } from '../harness/disk/disk.ts';
import { Fleet, httpGet } from '../harness/fleet.ts';
import { killShards } from '../harness/kill-shards.ts';
import { sendMail } from '../harness/smtp-talk.ts';

const yaml = 'shards: 1\ndefaults: { maxMessages: 0 }\ntenants: { a: {}, b: {}, c: {} }\n';
const skip = process.platform === 'linux' ? false : 'needs LD_PRELOAD';
const full = '452 4.3.1 Insufficient system storage';
const failed = '451 4.3.0 Requested action aborted: local error in processing';
const line = `${'x'.repeat(70)}\r\n`;
const large = line.repeat(5000);

const names = ['a', 'b', 'c'] as const;
type Name = (typeof names)[number];

/** A fleet on a disk, and what it answered with 250. */
class World implements AsyncDisposable {
  readonly fleet = new Fleet(yaml);
  readonly disk = new Disk(this.fleet.dataDir);
  readonly kept: Record<Name, string[]> = { a: [], b: [], c: [] };
  #sent = 0;

  async serve(): Promise<void> {
    await this.fleet.serve(this.disk.env);
  }

  /** Resolves to the reply, shortened to `250` where it was that. */
  async send(name: Name, body?: string): Promise<string> {
    const subject = `mail-${this.#sent++}`;
    const reply = (await sendMail(this.fleet.socketPath(name, 'smtp'), subject, body)) ?? '';
    if (!reply.startsWith('250')) return reply;
    this.kept[name].push(subject);
    return '250';
  }

  /** Sends until one is answered otherwise; resolves to that answer. */
  async sendUntilRefused(name: Name, body?: string): Promise<string> {
    for (;;) {
      const reply = await this.send(name, body);
      if (reply !== '250') return reply;
    }
  }

  /** Sends until one is taken. */
  async sendUntilTaken(name: Name): Promise<void> {
    while ((await this.send(name)) !== '250') await sleep(100);
  }

  async subjects(name: Name): Promise<string[]> {
    const { status, body } = await this.fleet.get(name, '/api/v1/messages?limit=0');
    assert.equal(status, 200);
    return JSON.parse(body).messages.map(({ Subject }: { Subject: string }) => Subject);
  }

  /** Each mailbox has exactly what was acknowledged. */
  async holds(): Promise<void> {
    for (const name of names) {
      assert.deepEqual((await this.subjects(name)).toSorted(), this.kept[name].toSorted());
    }
  }

  async status(): Promise<ControlStatus> {
    return (await askControl<ControlStatus>(this.fleet, 'GET', '/v1/status')).body;
  }

  async metrics(): Promise<string> {
    return (await httpGet(join(this.fleet.runDir, '.control.sock'), '/metrics')).body;
  }

  /** Everything is killed, and starts again. */
  async crash(meanwhile: () => void = () => {}): Promise<void> {
    await killShards(this.fleet);
    await this.fleet.stop('SIGKILL');
    meanwhile();
    await this.serve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fleet[Symbol.asyncDispose]();
    this.disk[Symbol.dispose]();
  }
}

describe('a disk that fails', { skip, timeout: 120_000 }, () => {
  let world: World;
  before(async () => {
    world = new World();
    await world.serve();
    for (const name of ['a', 'b'] as const) assert.equal(await world.send(name), '250');
  });
  after(() => world[Symbol.asyncDispose]());

  const refusing: [what: string, faults: Fault[], body: string | undefined, reply: string][] = [
    ['no room to write the journal', [['write', 'ENOSPC', '.journal/']], undefined, full],
    [
      'no room for a new segment either',
      [
        ['write', 'ENOSPC', '.journal/'],
        ['create', 'ENOSPC', '.journal/'],
      ],
      undefined,
      full,
    ],
    ['no room for large mail', [['write', 'ENOSPC', '/big/']], large, full],
    ['no room for the file of large mail', [['create', 'ENOSPC', '/big/']], large, full],
    ['large mail that cannot be written', [['write', 'EIO', '/big/']], large, failed],
    ['a file of large mail that cannot be made', [['create', 'EIO', '/big/']], large, failed],
    ['large mail that cannot be synced', [['sync', 'EIO', '/big/']], large, failed],
  ];
  for (const [what, faults, body, reply] of refusing) {
    it(`${what}: mail is refused, what is there is shown, and it takes mail again`, async () => {
      world.disk.fail(...faults);
      for (const name of ['a', 'b', 'a'] as const) assert.equal(await world.send(name, body), reply);
      await world.holds();
      // What has its own file needs no other.
      if (body !== undefined) assert.equal(await world.send('a'), '250');
      world.disk.heal();
      for (const name of ['a', 'b'] as const) assert.equal(await world.send(name, body), '250');
      await world.holds();
      assert.equal((await world.status()).shards[0]?.storage.fault, '');
    });
  }

  const sick: [what: string, fault: Fault, reply: string][] = [
    ['no room for a database', ['write', 'ENOSPC', 'a/mail.db'], full],
    ['a database that cannot be written', ['write', 'EIO', 'a/mail.db'], failed],
    ['a database that cannot be synced', ['sync', 'EIO', 'a/mail.db'], failed],
  ];
  for (const [what, fault, reply] of sick) {
    it(`${what}: its tenant alone is refused, and shown what is there`, async () => {
      const before = await world.subjects('a');
      world.disk.fail(fault);
      assert.equal(await world.sendUntilRefused('a', line.repeat(1000)), reply);
      const there = new Set(await world.subjects('a'));
      assert.deepEqual(
        before.filter(subject => !there.has(subject)),
        [],
      );
      assert.equal(await world.send('b'), '250');
      const { shards, tenants } = await world.status();
      assert.equal(shards[0]?.storage.failedMailboxes, 1);
      assert.match((await world.fleet.run(['status'])).stdout, /^a takes no mail for now: STORE_\w+: /m);
      assert.match((await world.fleet.run(['tenant', 'show', 'a'])).stdout, /STORE_/);
      assert.equal(tenants.states.listening, fault[1] === 'ENOSPC' ? 3 : 2);
      world.disk.heal();
      await world.sendUntilTaken('a');
      await world.holds();
      assert.equal((await world.status()).shards[0]?.storage.failedMailboxes, 0);
    });
  }

  it('no room to make a database: its tenant alone is refused, and has all that it was told to have', async () => {
    world.disk.fail(['create', 'ENOSPC', 'c/mail.db']);
    assert.equal(await world.sendUntilRefused('c', line.repeat(1000)), full);
    assert.notEqual(world.kept.c.length, 0);
    assert.equal(await world.send('b'), '250');
    world.disk.heal();
    await world.sendUntilTaken('c');
    await world.holds();
  });

  for (const call of ['write', 'sync', 'create'] as const) {
    it(`a journal whose ${call} fails: mail is refused, the shard is degraded, and goes on in another file`, async () => {
      const journal = join(world.fleet.dataDir, '.journal');
      assert.equal(await world.send('a'), '250');
      const segments = readdirSync(journal).length;
      const unwritable: Fault[] = call === 'create' ? [['write', 'EIO', '.journal/']] : [];
      world.disk.fail([call, 'EIO', '.journal/'], ...unwritable);
      assert.equal(await world.send('a'), failed);
      await world.holds();
      const { fault } = (await world.status()).shards[0]?.storage ?? { fault: '' };
      assert.match(fault, /^the journal could not be written: /);
      assert.match((await world.fleet.run(['status'])).stdout, /^shard 0 is degraded: the journal/m);
      assert.match(await world.metrics(), /^mpctl_shard_degraded\{shard="0"\} 1$/m);
      world.disk.heal();
      assert.equal(await world.send('a'), '250');
      assert.equal(readdirSync(journal).length, segments + 1);
      await world.holds();
    });
  }

  it('what the journal refused does not come with what it has, either', async () => {
    assert.equal(await world.send('b'), '250');
    world.disk.fail(['sync', 'EIO', '.journal/']);
    assert.equal(await world.send('b'), failed);
    world.disk.heal();
    await world.crash();
    await world.holds();
  });

  it('after a crash there is what was acknowledged, and nothing of what was refused', async () => {
    await world.crash();
    await world.holds();
    assert.equal(await world.fleet.stop(), 0);
    await world.serve();
    await world.holds();
    // Of five large ones, each refused twice before.
    const dir = join(world.fleet.dataDir, 'a', 'big');
    assert.equal(readdirSync(dir).length, 5);
  });
});

it('a damaged database: its tenant is set aside with a copy, others notice nothing', { skip }, async () => {
  await using world = new World();
  await world.serve();
  for (const name of ['a', 'b'] as const)
    for (let i = 0; i < 20; i++) await world.send(name, line.repeat(100));
  assert.equal(await world.fleet.stop(), 0);
  const path = join(world.fleet.dataDir, 'a', 'mail.db');
  const bytes = readFileSync(path);
  bytes.fill(0x5a, 4096);
  writeFileSync(path, bytes);
  await world.serve();
  assert.equal((await world.fleet.get('a', '/api/v1/messages')).status, 503);
  assert.equal(await world.send('a'), failed);
  assert.deepEqual(readFileSync(`${path}.damaged`), bytes);
  assert.equal(await world.send('b'), '250');
  assert.equal((await world.subjects('b')).length, 21);
  assert.equal((await world.status()).shards[0]?.storage.failedMailboxes, 1);
});

it('a damaged record of the journal: the others are kept, it is put aside and told', { skip }, async () => {
  await using world = new World();
  await world.serve();
  for (let i = 0; i < 20; i++) await world.send('a');
  const { dataDir } = world.fleet;
  await world.crash(() => {
    const journal = join(dataDir, '.journal');
    const [name] = readdirSync(journal).filter(name => parseSegmentName(name));
    const path = join(journal, name as string);
    const bytes = readFileSync(path);
    bytes.write('Subject: mail-X', bytes.indexOf('Subject: mail-7\r'));
    writeFileSync(path, bytes);
    // Else what is in the journal is not needed.
    for (const file of readdirSync(join(dataDir, 'a'))) {
      if (file.startsWith('mail.db')) rmSync(join(dataDir, 'a', file));
    }
  });
  world.kept.a.splice(7, 1);
  await world.holds();
  assert.equal((await world.status()).damagedJournalParts, 1);
  assert.match(world.fleet.log, /a part of the journal is damaged/);
  assert.equal(readdirSync(join(dataDir, '.journal', 'damaged')).length, 1);
});
