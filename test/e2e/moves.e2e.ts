/**
 * Mail stays with its mailbox while tenants move between shards, are renamed, leave and come back, and others take their
 * names, under load and while shards are killed: what was answered with 250 is there once, what was deleted stays deleted,
 * and nobody gets another's.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlStatus, TenantReply } from '../../libs/wire/control-http.ts';
import { askControl } from '../harness/control.ts';
import { Fleet } from '../harness/fleet.ts';
import { killAShard } from '../harness/kill-shards.ts';
import { type Account, Ledger, newAccount, seeded } from '../harness/ledger.ts';

const chapters = process.env.MPCTL_SOAK ? 60 : 2;
const roundsPerChapter = 12;
const seed = Number(process.env.MPCTL_SEED ?? Date.now() % 1e9);

/** A mailbox, under whatever name; one without lies in the trash. */
type Box = { name: string | null; lastName: string; readonly uid: string; readonly account: Account };
type Hosted = Box & { name: string };

const isHosted = (box: Box): box is Hosted => box.name !== null;

class World {
  readonly fleet: Fleet;
  readonly boxes: Box[] = [];
  readonly accounts: Account[] = [];
  readonly #random: () => number;
  #shards = 2;
  #names = 0;

  constructor(fleet: Fleet, random: () => number) {
    this.fleet = fleet;
    this.#random = random;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)] as Item;
  }

  get anybody(): Hosted {
    return this.pick(this.boxes.filter(isHosted));
  }

  get somebodyGone(): Box | undefined {
    return this.boxes.find(box => !isHosted(box));
  }

  holderOf(name: string): Hosted | undefined {
    return this.boxes.filter(isHosted).find(box => box.name === name);
  }

  newName(): string {
    return `t${this.#names++}`;
  }

  async add(name = this.newName()): Promise<void> {
    const { uid } = await this.#ask<TenantReply>('POST', '/v1/tenants', { name });
    assert.ok(this.boxes.every(box => box.uid !== uid));
    const box: Box = { name, lastName: name, uid, account: newAccount('', '') };
    this.boxes.push(box);
    this.#becomes(box, name);
    this.accounts.push(box.account);
  }

  async rename(box: Hosted, name = this.newName()): Promise<void> {
    const path = `/v1/tenants/${box.name}/rename`;
    let reply = await askControl<TenantReply>(this.fleet, 'POST', path, { to: name });
    // The command does not wait for ever; the tenant comes when its shard is there again.
    while (reply.status === 404) {
      await sleep(100);
      reply = await askControl<TenantReply>(this.fleet, 'GET', `/v1/tenants/${name}`);
    }
    assert.equal(reply.body.uid, box.uid);
    this.#becomes(box, name);
  }

  async remove(box: Hosted): Promise<void> {
    await this.#ask('DELETE', `/v1/tenants/${box.name}`);
    this.#becomes(box, null);
  }

  async restore(box: Box): Promise<void> {
    const path = `/v1/tenants/${box.lastName}/restore`;
    const { uid } = await this.#ask<TenantReply>('POST', path, { uid: box.uid });
    assert.equal(uid, box.uid);
    this.#becomes(box, box.lastName);
  }

  /** Changes the number of shards, by which tenants move. */
  async reshard(): Promise<void> {
    this.#shards = this.pick([1, 2, 3, 4].filter(count => count !== this.#shards));
    await this.#edit(text => text.replace(/^shards: \d+/, `shards: ${this.#shards}`));
  }

  /** The line of a tenant vanishes from the file, and comes back. */
  async vanish(box: Hosted): Promise<void> {
    const line = new RegExp(`^  ${box.name}:.*\n`, 'm');
    const [found = ''] = line.exec(readFileSync(this.fleet.configPath, 'utf8')) ?? assert.fail();
    await this.#edit(text => text.replace(line, ''));
    await this.#edit(text => `${text}${found}`);
  }

  /** Resolves when everybody listens. */
  async settle(): Promise<void> {
    const hosted = this.boxes.filter(isHosted).length;
    const giveUpAtMs = performance.now() + (process.env.MPCTL_SOAK ? 180_000 : 30_000);
    for (;;) {
      const { tenants } = await this.#ask<ControlStatus>('GET', '/v1/status');
      if (tenants.states.listening === hosted && tenants.total === hosted) return;
      assert.ok(performance.now() < giveUpAtMs, `${JSON.stringify(tenants)}\n${this.fleet.log}`);
      await sleep(50);
    }
  }

  /** As somebody's editor does it, who then says so. */
  async #edit(change: (text: string) => string): Promise<void> {
    const { configPath } = this.fleet;
    writeFileSync(configPath, change(readFileSync(configPath, 'utf8')));
    await this.#ask('POST', '/v1/apply');
  }

  #becomes(box: Box, name: string | null): void {
    const { account } = box;
    box.name = name;
    account.isAway = name === null;
    if (name === null) return;
    box.lastName = name;
    account.smtp = this.fleet.socketPath(name, 'smtp');
    account.http = this.fleet.socketPath(name, 'http');
  }

  async #ask<Reply>(method: string, path: string, body?: unknown): Promise<Reply> {
    const reply = await askControl<Reply>(this.fleet, method, path, body);
    assert.ok(reply.status < 300, `${method} ${path}: ${JSON.stringify(reply.body)}\n${this.fleet.log}`);
    return reply.body;
  }
}

type Happening = (world: World, ledger: Ledger) => Promise<void>;

/** What happens in a round, as often as it stands here. A name is given to another when no client is on its way to it. */
const reshard: Happening = world => world.reshard();
const rename: Happening = world => world.rename(world.anybody);
const vanish: Happening = world => world.vanish(world.anybody);
const replace: Happening = async (world, ledger) => {
  const box = world.anybody;
  const { name } = box;
  await world.remove(box);
  await ledger.leave(box.account);
  await world.add(name);
};
const restore: Happening = async (world, ledger) => {
  const box = world.somebodyGone;
  if (!box) return;
  const successor = world.holderOf(box.lastName);
  if (successor) {
    await world.rename(successor);
    await ledger.leave(successor.account);
    successor.account.isAway = false;
  }
  await world.restore(box);
};
const happenings = [reshard, reshard, reshard, rename, rename, vanish, replace, replace, restore, restore];

test(`tenants move, leave and come back under load (seed ${seed})`, { timeout: 4 * 3_600_000 }, async t => {
  const random = seeded(seed);
  await using fleet = await Fleet.serving('shards: 2\ndefaults: { maxMessages: 0 }\ntenants:\n');
  const world = new World(fleet, random);
  for (let i = 0; i < 6; i++) await world.add();
  const sums = { acknowledged: 0, refused: 0, unanswered: 0, kills: 0 };
  for (let chapter = 0; chapter < chapters; chapter++) {
    await using ledger = new Ledger(world.accounts, 6, random);
    for (let round = 0; round < roundsPerChapter; round++) {
      const happening = world.pick(happenings)(world, ledger);
      if (random() < 0.5) {
        await sleep(random() * 100);
        await killAShard(fleet, random);
        sums.kills += 1;
      }
      await happening;
      await ledger.until(Math.floor(random() * 30));
    }
    await ledger.stop();
    if (chapter % 2 === 1) {
      await fleet.stop(random() < 0.5 ? 'SIGKILL' : 'SIGTERM');
      await fleet.serve();
    }
    await world.settle();
    await ledger.check();
    for (const what of ['acknowledged', 'refused', 'unanswered'] as const) sums[what] += ledger[what];
  }
  t.diagnostic(JSON.stringify(sums));
  await using ledger = new Ledger(world.accounts, 0, random);
  while (world.somebodyGone) await restore(world, ledger);
  await world.settle();
  await ledger.check();
});
