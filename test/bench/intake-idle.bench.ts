/** What thousands of tenants cost that took mail and are idle again, beyond what they cost before. */
import { setTimeout as sleep } from 'node:timers/promises';
import { statusOf } from './beside.ts';
import { atMost, renderFigures, round, shown } from './figures.ts';
import { startFleet } from './fleet.ts';
import { sendMails } from './postfix.ts';
import { untilAllAnswer } from './probe.ts';
import { processTree, pssBytes, settledAvailableBytes } from './processes.ts';

const tenants = Number(process.env.MPCTL_BENCH_TENANTS ?? 9000);
const senders = 4;
/** Mailboxes are closed half a minute after their last use, and within a minute what a burst left on the heap goes. */
const restMs = 75_000;

await using fleet = startFleet(tenants, '');
await untilAllAnswer(fleet.socketPaths, 120_000);
await sleep(10_000);
const pssOf = () => processTree(fleet.pid).reduce((sum, pid) => sum + pssBytes(pid), 0);
const [availableBefore, pssBefore] = [await settledAvailableBytes(), pssOf()];
const paths = fleet.socketPaths.filter(path => path.endsWith('/smtp.sock')).values();
const startedAtMs = performance.now();
await Promise.all(
  Array.from({ length: senders }, async () => {
    for (const path of paths) await sendMails(path, { sessions: 1, mails: 10, bytes: 20_480, kept: true });
  }),
);
const seconds = (performance.now() - startedAtMs) / 1000;
await sleep(restMs);
const [machine, pss] = [availableBefore - (await settledAvailableBytes()), pssOf() - pssBefore];
// Asked last: to answer takes memory, too.
const open = (await statusOf(fleet)).shards.reduce((sum, { storage }) => sum + storage.openDatabases, 0);
console.log(
  renderFigures('Mail on disk: idle again', [
    shown(`${tenants} tenants took 10 mails of 20 kB each in`, `${round(seconds)} s`),
    atMost('machine memory a tenant beyond the idle figure', machine / tenants / 1000, 8, 'kB'),
    shown('PSS a tenant beyond the idle figure', `${round(pss / tenants / 1000)} kB`),
    shown('databases that are still open', `${open}`),
  ]),
);
