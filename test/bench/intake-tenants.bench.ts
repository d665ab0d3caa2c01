/** Mail for a thousand tenants in turn beside mail for one, and a slow disk beside this one. 2 KB each. */
import { Disk } from '../harness/disk/disk.ts';
import { watching } from './beside.ts';
import { atLeast, atMost, type Figure, renderFigures, round, shown } from './figures.ts';
import { startFleet } from './fleet.ts';
import { sendMails } from './postfix.ts';
import { untilAllAnswer } from './probe.ts';

const limits = 'defaults: { maxMessages: 0 }\n';
const seconds = { one: 20, all: 60, disk: 12 };
const senders = 4;

/** Several senders at once, each a batch for one path after the other; resolves to mails a second. */
async function rateOver(
  paths: readonly string[],
  forSeconds: number,
): Promise<{ rate: number; slices: number[] }> {
  const startedAtMs = performance.now();
  const batch = { bytes: 2048, sessions: 10, mails: 100 };
  const slices = Array.from({ length: forSeconds }, () => 0);
  let turn = 0;
  const send = async () => {
    for (;;) {
      const second = Math.floor((performance.now() - startedAtMs) / 1000);
      if (second >= forSeconds) return;
      await sendMails(paths[turn++ % paths.length] ?? '', batch);
      slices[second] = (slices[second] ?? 0) + batch.mails;
    }
  };
  await Promise.all(Array.from({ length: senders }, send));
  const sum = slices.reduce((all, count) => all + count, 0);
  return { rate: (sum * 1000) / (performance.now() - startedAtMs), slices };
}

const figures: Figure[] = [];
{
  await using fleet = startFleet(1000, limits);
  await untilAllAnswer(fleet.socketPaths, 60_000);
  const paths = fleet.socketPaths.filter(path => path.endsWith('/smtp.sock'));
  const one = await rateOver(paths.slice(0, 1), seconds.one);
  let all = one;
  const seen = await watching(fleet, async () => {
    all = await rateOver(paths, seconds.all);
  });
  const half = Math.floor(seconds.all / 2);
  const sumOf = (slices: readonly number[]) => slices.reduce((sum, count) => sum + count, 0);
  figures.push(
    shown('one tenant', `${round(one.rate)} mails/s`),
    atLeast(
      '1,000 tenants in turn, share of one tenant',
      all.rate / one.rate,
      0.5,
      '',
      `${round(all.rate)} mails/s`,
    ),
    shown(
      '1,000 tenants: second half of the time ÷ first',
      round(sumOf(all.slices.slice(half)) / sumOf(all.slices.slice(0, half))),
    ),
    atMost(
      'longest event-loop block beyond that of an idle Node',
      seen.longestBlockMs - seen.idleBlockMs,
      25,
      'ms',
      `${round(seen.idleBlockMs)} ms`,
    ),
    shown('memory of a shard meanwhile, highest', `${round(seen.rssBytes / 1e6)} MB`),
  );
}
const rates: number[] = [];
for (const syncUs of [0, 2000]) {
  using disk = new Disk('/nonexistent', { syncUs });
  await using fleet = startFleet(1, limits, disk.env);
  await untilAllAnswer(fleet.socketPaths, 20_000);
  const [path = ''] = fleet.socketPaths;
  const startedAtMs = performance.now();
  let mails = 0;
  while (performance.now() - startedAtMs < seconds.disk * 1000) {
    await sendMails(path, { bytes: 2048, sessions: 50, mails: 2000 });
    mails += 2000;
  }
  rates.push((mails * 1000) / (performance.now() - startedAtMs));
}
const [quick = 0, slow = 0] = rates;
figures.push(
  atLeast(
    '2 ms added to every sync, 50 sessions: share of without',
    slow / quick,
    0.8,
    '',
    `${round(slow)} of ${round(quick)} mails/s`,
  ),
);
console.log(renderFigures('Mail on disk: many tenants, slow disk', figures));
