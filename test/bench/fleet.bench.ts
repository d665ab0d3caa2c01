/**
 * The fleet's fixed cost and what a tenant adds: memory, start, adding, idle processor time, a killed shard, sendmail.
 * `MPCTL_BENCH_TENANTS` is the size of the large fleet (9000), `MPCTL_BENCH_SMALL` that of the one that the slope begins
 * with (2000), `MPCTL_BENCH_PARTS=memory,idle,add,parallel,kill,sendmail` what is measured; the start always is.
 */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { statusOf } from './beside.ts';
import { atMost, type Figure, quantile, renderFigures, round, shown } from './figures.ts';
import { type BenchFleet, mpctl, startFleet } from './fleet.ts';
import { probe, untilAllAnswer } from './probe.ts';
import {
  availableBytes,
  cpuMs,
  kernelBytes,
  processTree,
  pssBytes,
  settledAvailableBytes,
  wallMs,
} from './processes.ts';

const large = Number(process.env.MPCTL_BENCH_TENANTS ?? 9000);
const small = Number(process.env.MPCTL_BENCH_SMALL ?? 2000);
const parts = (process.env.MPCTL_BENCH_PARTS ?? 'memory,idle,add,parallel,kill,sendmail').split(',');
const settleMs = 15_000;
const node = process.execPath;

type Cost = {
  readonly pss: number;
  readonly machine: number;
  readonly kernel: number;
  readonly processes: number;
};

type Before = { readonly available: number; readonly kernel: number; readonly own: number };

async function lookBefore(): Promise<Before> {
  return { available: await settledAvailableBytes(), kernel: kernelBytes(), own: pssBytes(process.pid) };
}

/** Memory of a whole fleet 15 s after its start. What this process has grown by, asking it, is not the fleet's. */
async function cost(fleet: BenchFleet, before: Before): Promise<Cost> {
  await sleep(Math.max(0, settleMs - (performance.now() - fleet.startedAtMs)));
  const tree = processTree(fleet.pid);
  return {
    pss: tree.reduce((sum, pid) => sum + pssBytes(pid), 0),
    machine: before.available - availableBytes() - (pssBytes(process.pid) - before.own),
    kernel: kernelBytes() - before.kernel,
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
const kilobytesEach = (bytes: number, tenants: number) => bytes / tenants / 1000;
const figures: Figure[] = [];

async function smallFleets(): Promise<readonly [empty: Cost, two: Cost]> {
  const costs: Cost[] = [];
  for (const tenants of [0, small]) {
    const before = await lookBefore();
    await using fleet = startFleet(tenants);
    await untilAllAnswer(fleet.socketPaths, 60_000);
    costs.push(await cost(fleet, before));
  }
  return costs as [Cost, Cost];
}

function memoryFigures(empty: Cost, two: Cost, full: Cost, bareNodes: number): void {
  const machine = (from: Cost, to: Cost, tenants: number) =>
    kilobytesEach(to.machine - from.machine, tenants);
  const pss = (from: Cost, to: Cost, tenants: number) => kilobytesEach(to.pss - from.pss, tenants);
  const more = large - small;
  figures.push(
    atMost(
      'fixed: PSS of all processes, no tenant',
      megabytes(empty.pss),
      120,
      'MB',
      `${round(megabytes(bareNodes))} MB: ${empty.processes} bare Nodes`,
    ),
    shown('fixed: machine memory, no tenant', `${round(megabytes(empty.machine))} MB`),
    atMost(`slope: PSS a tenant, ${small} → ${large}`, pss(two, full, more), 8, 'kB'),
    atMost(`slope: machine memory a tenant, ${small} → ${large}`, machine(two, full, more), 18, 'kB'),
    shown(
      `slope: the kernel’s own memory a tenant, ${small} → ${large}`,
      `${round(kilobytesEach(full.kernel - two.kernel, more))} kB`,
    ),
    shown(`slope: PSS a tenant, 0 → ${small}`, `${round(pss(empty, two, small))} kB`),
    shown(`slope: machine memory a tenant, 0 → ${small}`, `${round(machine(empty, two, small))} kB`),
    atMost(`all in: PSS ÷ ${large} tenants`, kilobytesEach(full.pss, large), 22, 'kB', 'aim: 16 kB'),
    atMost(
      `all in: machine memory ÷ ${large} tenants`,
      kilobytesEach(full.machine, large),
      34,
      'kB',
      'aim: 26 kB',
    ),
  );
}

async function idle(fleet: BenchFleet): Promise<void> {
  const tree = processTree(fleet.pid);
  const usedMs = () => tree.reduce((sum, pid) => sum + cpuMs(pid), 0);
  const before = usedMs();
  await sleep(20_000);
  figures.push(shown('idle processor time', `${round((usedMs() - before) / 200)} % of a core`));
}

/** One after the other, as the user sees it. */
async function add(fleet: BenchFleet): Promise<void> {
  const adds: number[] = [];
  const starts: number[] = [];
  for (let i = 0; i < 50; i++) {
    starts.push(await wallMs(node, ['-e', '0']));
    adds.push(await wallMs(mpctl, ['tenant', 'add', `one-${i}`, '--json', ...fleet.options]));
  }
  const beside = (share: number) => `${round(quantile(starts, share))} ms: node -e 0`;
  figures.push(
    atMost(`tenant add beside ${large} tenants, p50`, quantile(adds, 0.5), 100, 'ms', beside(0.5)),
    atMost('tenant add, p99 (of 50: the slowest)', quantile(adds, 0.99), 150, 'ms', beside(0.99)),
  );
}

async function addInParallel(fleet: BenchFleet): Promise<void> {
  const names = Array.from({ length: 100 }, (_, i) => `many-${i}`);
  const inParallel = async (each: (name: string) => Promise<number>) => {
    const startedAtMs = performance.now();
    await Promise.all(names.map(each));
    return performance.now() - startedAtMs;
  };
  const processesMs = () => processTree(fleet.pid).map(cpuMs);
  const bareMs = await inParallel(() => wallMs(node, ['-e', '0']));
  const before = processesMs();
  const addMs = await inParallel(name => wallMs(mpctl, ['tenant', 'add', name, '--json', ...fleet.options]));
  const used = processesMs().map((ms, at) => `${ms - (before[at] ?? 0)}`);
  const text = readFileSync(fleet.options[1] ?? '', 'utf8');
  const lost = names.filter(name => !text.includes(`  ${name}:`)).length;
  const isBelow = atMost(
    '100 parallel adds ÷ 100 parallel node -e 0',
    addMs / bareMs,
    2.5,
    '×',
    `${round(bareMs)} ms`,
  );
  figures.push(
    isBelow,
    shown('100 parallel adds: processor time of the controller and its shards', `${used.join(', ')} ms`),
    atMost('100 parallel adds: lost', lost, 0, 'adds'),
  );
}

async function killShard(fleet: BenchFleet): Promise<void> {
  const victim = (await statusOf(fleet)).shards[0]?.pid;
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
}

async function sendmail(fleet: BenchFleet): Promise<void> {
  const mail = 'From: a@example.test\nTo: b@example.test\nSubject: bench\n\nhello\n';
  const sent: number[] = [];
  const bareStarts: number[] = [];
  for (let i = 0; i < 40; i++) {
    bareStarts.push(await wallMs(node, ['-e', '0']));
    sent.push(await wallMs(mpctl, ['sendmail', '-S', `unix:${fleet.socketPaths[0]}`, '-t'], mail));
  }
  const bareMs = quantile(bareStarts, 0.5);
  figures.push(
    atMost('sendmail ÷ node -e 0, p50', quantile(sent, 0.5) / bareMs, 1.5, '×', `${round(bareMs)} ms`),
  );
}

{
  const isMeasured = parts.includes('memory');
  const smallCosts = isMeasured ? await smallFleets() : null;
  const bareNodes = smallCosts ? await bareNodesPss(smallCosts[0].processes) : 0;
  const before = await lookBefore();
  await using fleet = startFleet(large);
  await untilAllAnswer(fleet.socketPaths, 120_000);
  const startMs = performance.now() - fleet.startedAtMs;
  const full = await cost(fleet, before);
  if (smallCosts) memoryFigures(...smallCosts, full, bareNodes);
  figures.push(
    atMost(`start: serve → ${2 * large} listeners answer`, startMs / 1000, 4, 's', 'the asking included'),
  );
  const measures: Readonly<Record<string, (fleet: BenchFleet) => Promise<void>>> = {
    idle,
    add,
    parallel: addInParallel,
    kill: killShard,
    sendmail,
  };
  for (const [part, measure] of Object.entries(measures)) if (parts.includes(part)) await measure(fleet);
}

const { stdout: commit } = await execa('git', ['rev-parse', '--short', 'HEAD'], { reject: false });
console.log(renderFigures(`Fleet (commit ${commit}, Node ${process.version})`, figures));
