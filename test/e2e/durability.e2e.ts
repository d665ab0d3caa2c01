/** What was answered with 250 is there, whatever happens to the processes; what was deleted stays deleted. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fleet } from '../harness/fleet.ts';
import { killAShard, killShards } from '../harness/kill-shards.ts';
import { Ledger, newAccount, seeded } from '../harness/ledger.ts';

const rounds = process.env.MPCTL_SOAK ? 1000 : 50;
const seed = Number(process.env.MPCTL_SEED ?? Date.now() % 1e9);
const names = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Without limits: what is missing was lost. */
const yaml = (shards: number, tenants: readonly string[] = names) =>
  `shards: ${shards}\ndefaults: { maxMessages: 0 }\ntenants:\n${tenants.map(name => `  ${name}: {}\n`).join('')}`;

const accountsOf = (fleet: Fleet) =>
  names.map(name => newAccount(fleet.socketPath(name, 'smtp'), fleet.socketPath(name, 'http')));

test(`shards and controllers are killed under load, ${rounds} times (seed ${seed})`, {
  timeout: 4 * 3_600_000,
}, async t => {
  const random = seeded(seed);
  await using fleet = await Fleet.serving(yaml(3));
  await using ledger = new Ledger(accountsOf(fleet), 12, random);
  for (let round = 1; round <= rounds; round++) {
    await ledger.until(Math.floor(random() * 60));
    await sleep(random() * 50);
    if (round % 10 === 0) {
      // Half of the time the shards have no moment to end as they should.
      if (random() < 0.5) await killShards(fleet);
      await fleet.stop('SIGKILL');
      if (random() < 0.5) writeFileSync(fleet.configPath, yaml(1 + Math.floor(random() * 3)));
      await fleet.serve();
    } else await killAShard(fleet, random);
  }
  await ledger.until(50);
  await ledger.stop();
  t.diagnostic(
    `${ledger.acknowledged} acknowledged, ${ledger.refused} refused, ${ledger.unanswered} unanswered`,
  );
  await ledger.check();
  assert.equal(await fleet.stop(), 0);
  await fleet.serve();
  await ledger.check();
});
