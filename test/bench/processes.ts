/** What Linux says of processes: memory, processor time, who started whom. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

/** The process and all that it started, directly or not. */
export function processTree(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${entry}/status`, 'utf8'))?.[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    } catch {
      // It ended while we looked.
    }
  }
  const tree = [pid];
  for (const parent of tree) tree.push(...(children.get(parent) ?? []));
  return tree;
}

/** Proportional set size of a process in bytes: shared pages are counted by their share. */
export function pssBytes(pid: number): number {
  return 1024 * Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);
}

/** What the machine could still give to processes, in bytes: counts the kernel's own cost of sockets too. */
export function availableBytes(): number {
  return 1024 * Number(/^MemAvailable:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]);
}

/** What the kernel needs for itself and cannot give back, in bytes: sockets and their files, tables of pages. */
export function kernelBytes(): number {
  const meminfo = readFileSync('/proc/meminfo', 'utf8');
  const kilobytes = ['SUnreclaim', 'PageTables', 'KernelStack'].map(name =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(meminfo)?.[1]),
  );
  return 1024 * kilobytes.reduce((sum, each) => sum + each, 0);
}

/** {@link availableBytes} when it does not move any more: what ran before has been given back, and the disk has what was written. */
export async function settledAvailableBytes(): Promise<number> {
  await execa('sync');
  let before = availableBytes();
  for (let looks = 0; looks < 10; looks++) {
    await sleep(1000);
    const now = availableBytes();
    if (Math.abs(now - before) < 2e6) return now;
    before = now;
  }
  return before;
}

/** Processor time that a process has used, in ms. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const ticksPerSecond = 100;
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
}

/** Runs a command to its end; resolves to its wall time in ms. Throws when it fails. */
export async function wallMs(command: string, args: readonly string[], input = ''): Promise<number> {
  const startedAtMs = performance.now();
  await execa(command, args, { input, stdout: 'ignore' });
  return performance.now() - startedAtMs;
}
