/**
 * The fleet's fixed cost and what a tenant adds: memory, start, adding, idle processor time, a killed shard, sendmail.
 * MPCTL_BENCH_TENANTS sets the size of the large fleet (9000).
 */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { atMost, type Figure, quantile, renderFigures, round, shown } from './figures.ts';
import { type BenchFleet, mpctl, startFleet } from './fleet.ts';
import { probe, untilAllAnswer } from './probe.ts';
import { availableBytes, cpuMs, processTree, pssBytes, wallMs } from './processes.ts';

const large = Number(process.env.MPCTL_BENCH_TENANTS ?? 9000);
const small = 2000;
const settleMs = 15_000;
const node = process.execPath;

type Cost = { readonly pss: number; readonly machine: number; readonly processes: number };

/** Memory of a whole fleet 15 s after its start. */
async function cost(fleet: BenchFleet, availableBefore: number): Promise<Cost> {
  await sleep(Math.max(0, settleMs - (performance.now() - fleet.startedAtMs)));
  const tree = processTree(fleet.pid);
  return {
    pss: tree.reduce((sum, pid) => sum + pssBytes(pid), 0),
    machine: availableBefore - availableBytes(),
    processes: tree.length,
  };
}

async function bareNodesPss(count: number): Promise<number> {
  const children = Array.from({ length: count }, () =>
    spawn(node, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' }),
  );
  await sleep(2000);
  const sum = children.reduce((bytes, child) => bytes + pssBytes(child.pid ?? 0), 0);
  for (const child of children) child.kill('SIGKILL');
  return sum;
}

const megabytes = (bytes: number) => bytes / 1e6;
const figures: Figure[] = [];

// Fixed cost and slope.
const costs: Cost[] = [];
for (const tenants of [0, small]) {
  const before = availableBytes();
  await using fleet = startFleet(tenants);
  await untilAllAnswer(fleet.socketPaths, 60_000);
  costs.push(await cost(fleet, before));
}
const [empty, two] = costs as [Cost, Cost];
const bare = await bareNodesPss(empty.processes);

{
  const before = availableBytes();
  await using fleet = startFleet(large);
  await untilAllAnswer(fleet.socketPaths, 120_000);
  const startMs = performance.now() - fleet.startedAtMs;
  const full = await cost(fleet, before);
  const n = fleet.names.length;
  figures.push(
    atMost(
      'fixed: PSS of all processes, no tenant',
      megabytes(empty.pss),
      120,
      'MB',
      `${round(megabytes(bare))} MB: ${empty.processes} bare Nodes`,
    ),
    shown('fixed: machine memory, no tenant', `${round(megabytes(empty.machine))} MB`),
    atMost(`slope: PSS a tenant, ${small} → ${n}`, (full.pss - two.pss) / (n - small) / 1000, 8, 'kB'),
    atMost(
      `slope: machine memory a tenant, ${small} → ${n}`,
      (full.machine - two.machine) / (n - small) / 1000,
      18,
      'kB',
    ),
    shown(`slope: PSS a tenant, 0 → ${small}`, `${round((two.pss - empty.pss) / small / 1000)} kB`),
    shown(
      `slope: machine memory a tenant, 0 → ${small}`,
      `${round((two.machine - empty.machine) / small / 1000)} kB`,
    ),
    atMost(`all in: PSS ÷ ${n} tenants`, full.pss / n / 1000, 22, 'kB', 'aim: 16 kB'),
    atMost(`all in: machine memory ÷ ${n} tenants`, full.machine / n / 1000, 34, 'kB', 'aim: 26 kB'),
    atMost(`start: serve → ${2 * n} listeners answer`, startMs / 1000, 4, 's', 'the asking included'),
  );

  // Idle processor time.
  const tree = processTree(fleet.pid);
  const usedBefore = tree.reduce((sum, pid) => sum + cpuMs(pid), 0);
  await sleep(20_000);
  const used = tree.reduce((sum, pid) => sum + cpuMs(pid), 0) - usedBefore;
  figures.push(shown('idle processor time', `${round(used / 200)} % of a core`));

  // Adding, as the user sees it.
  const adds: number[] = [];
  const starts: number[] = [];
  for (let i = 0; i < 50; i++) {
    starts.push(await wallMs(node, ['-e', '0']));
    adds.push(await wallMs(mpctl, ['tenant', 'add', `one-${i}`, '--json', ...fleet.options]));
  }
  const nodeP50 = `${round(quantile(starts, 0.5))} ms: node -e 0`;
  figures.push(
    atMost(`tenant add beside ${n} tenants, p50`, quantile(adds, 0.5), 100, 'ms', nodeP50),
    atMost(
      'tenant add, p99 (of 50: the slowest)',
      quantile(adds, 0.99),
      150,
      'ms',
      `${round(quantile(starts, 0.99))} ms: node -e 0`,
    ),
  );
  const inParallel = async (each: (i: number) => Promise<number>) => {
    const startedAtMs = performance.now();
    await Promise.all(Array.from({ length: 100 }, (_, i) => each(i)));
    return performance.now() - startedAtMs;
  };
  const bareParallelMs = await inParallel(() => wallMs(node, ['-e', '0']));
  const addParallelMs = await inParallel(i =>
    wallMs(mpctl, ['tenant', 'add', `many-${i}`, '--json', ...fleet.options]),
  );
  const text = readFileSync(fleet.options[1] ?? '', 'utf8');
  const lost = Array.from({ length: 100 }, (_, i) => `many-${i}`).filter(
    name => !text.includes(`  ${name}:`),
  ).length;
  figures.push(
    atMost(
      '100 parallel adds ÷ 100 parallel node -e 0',
      addParallelMs / bareParallelMs,
      2.5,
      '×',
      `${round(bareParallelMs)} ms`,
    ),
    atMost('100 parallel adds: lost', lost, 0, 'adds'),
  );

  // A killed shard under load.
  const [, victim] = processTree(fleet.pid);
  let asking = true;
  let refused = 0;
  let cut = 0;
  const times: number[] = [];
  const client = async (offset: number) => {
    for (let i = offset; asking; i = (i + 97) % fleet.socketPaths.length) {
      const path = fleet.socketPaths[i] ?? '';
      const asked = await probe(path, path.endsWith('/smtp.sock') ? 'smtp' : 'http');
      if (asked.refused) refused++;
      else if (asked.answered) times.push(asked.ms);
      else cut++;
    }
  };
  const clients = Array.from({ length: 8 }, (_, i) => client(i * 13));
  await sleep(1000);
  const quietSlowest = quantile(times, 1);
  times.length = 0;
  process.kill(victim ?? 0, 'SIGKILL');
  await sleep(3000);
  asking = false;
  await Promise.all(clients);
  figures.push(
    atMost(
      'one of two shards killed under load: refused',
      refused,
      0,
      'connections',
      `${times.length} asked, ${cut} cut with the shard`,
    ),
    atMost(
      'one of two shards killed under load: slowest',
      quantile(times, 1),
      300,
      'ms',
      `${round(quietSlowest)} ms before the kill`,
    ),
  );

  // sendmail beside a bare Node.
  const mail = 'From: a@example.test\nTo: b@example.test\nSubject: bench\n\nhello\n';
  const sent: number[] = [];
  const bareStarts: number[] = [];
  for (let i = 0; i < 40; i++) {
    bareStarts.push(await wallMs(node, ['-e', '0']));
    sent.push(await wallMs(mpctl, ['sendmail', '-S', `unix:${fleet.socketPaths[0]}`, '-t'], mail));
  }
  figures.push(
    atMost(
      'sendmail ÷ node -e 0, p50',
      quantile(sent, 0.5) / quantile(bareStarts, 0.5),
      1.5,
      '×',
      `${round(quantile(bareStarts, 0.5))} ms`,
    ),
  );
}

const { stdout: commit } = await execa('git', ['rev-parse', '--short', 'HEAD'], { reject: false });
console.log(renderFigures(`Fleet (commit ${commit}, Node ${process.version})`, figures));
