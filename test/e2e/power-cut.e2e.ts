/** What was answered with 250 is there after a power cut at any moment, once; what was deleted stays deleted. */
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Disk } from '../harness/disk/disk.ts';
import { SurvivingDisk } from '../harness/disk/surviving-disk.ts';
import { Fleet } from '../harness/fleet.ts';
import { killAShard } from '../harness/kill-shards.ts';
import { type Account, checkAccounts, copyOf, Ledger, newAccount, seeded } from '../harness/ledger.ts';

const cuts = process.env.MPCTL_SOAK ? 300 : 6;
const seed = Number(process.env.MPCTL_SEED ?? Date.now() % 1e9);
const names = ['a', 'b', 'c', 'd'];
const yaml = `shards: 2\ndefaults: { maxMessages: 0 }\ntenants:\n${names.map(name => `  ${name}: {}\n`).join('')}`;
/** Some has files of its own; in the long form the journal is freed and databases' logs are folded. */
const sizes = process.env.MPCTL_SOAK ? [5, 1000, 100_000, 240_000, 300_000] : [5, 1000, 20_000, 300_000];

type Cut = { readonly at: number; readonly accounts: readonly Account[] };

test(`the power is cut at ${cuts} moments (seed ${seed})`, {
  skip: process.platform === 'linux' ? false : 'needs LD_PRELOAD',
  timeout: 4 * 3_600_000,
}, async t => {
  const random = seeded(seed);
  await using fleet = new Fleet(yaml);
  using disk = new Disk(fleet.dataDir, { trace: true });
  await fleet.serve(disk.env);
  const accounts = names.map(name =>
    newAccount(fleet.socketPath(name, 'smtp'), fleet.socketPath(name, 'http')),
  );
  const moments: Cut[] = [];
  {
    await using ledger = new Ledger(accounts, 4, random, sizes);
    for (let round = 1; round <= cuts; round++) {
      const fault = random();
      if (fault < 0.15) disk.fail(['sync', 'EIO', '.journal/']);
      else if (fault < 0.4) disk.fail(['sync', 'EIO', 'mail.db']);
      await sleep(random() * 100);
      disk.heal();
      await ledger.until(30 + Math.floor(random() * 70));
      // In one turn of the event loop: what was heard is what the disk must have.
      moments.push({ at: disk.now(), accounts: accounts.map(copyOf) });
      if (round % 3 === 0) await killAShard(fleet, random);
      if (round % 5 === 0) {
        await fleet.stop();
        await fleet.serve(disk.env);
      }
    }
    t.diagnostic(
      `${ledger.acknowledged} acknowledged, ${ledger.refused} refused, ${ledger.unanswered} unanswered, trace of ${disk.now()} bytes`,
    );
  }
  await fleet.stop();

  using survivor = new SurvivingDisk(fleet.dataDir, disk.tracePath, random);
  for (const { at, accounts } of moments) {
    survivor.follow(at);
    await using next = new Fleet(yaml);
    survivor.copyTo(next.dataDir);
    using nextDisk = new Disk(next.dataDir);
    await next.serve(nextDisk.env);
    await checkAccounts(
      accounts.map((account, i) => ({
        ...account,
        smtp: next.socketPath(names[i] as string, 'smtp'),
        http: next.socketPath(names[i] as string, 'http'),
      })),
    );
  }
});
