import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from './run-command.ts';

/** A process that cannot be mistaken for a later one with the same number. */
export type ProcessIdentity = {
  readonly pid: number;
  /** As the system tells it, e.g. clock ticks since boot on Linux. */
  readonly startedAt: string;
};

/** The identity of a running process; null when there is none (a zombie is none). */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | null> {
  const startedAt = process.platform === 'linux' ? startTicks(pid) : await startText(pid);
  return startedAt === null ? null : { pid, startedAt };
}

/** Field 22 of /proc/<pid>/stat (proc(5)); the name before it may hold blanks and parentheses. */
function startTicks(pid: number): string | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? null : (fields[19] ?? null);
}

async function startText(pid: number): Promise<string | null> {
  const text = ((await runCommand('ps', ['-o', 'lstart=,stat=', '-p', String(pid)])) ?? '').trim();
  return text === '' || /\sZ\S*$/.test(text) ? null : text.replace(/\s+\S+$/, '');
}

export async function isRunning(process: ProcessIdentity): Promise<boolean> {
  return (await identifyProcess(process.pid))?.startedAt === process.startedAt;
}

/** Kills the process and resolves when it is gone. */
export async function killAndWait(target: ProcessIdentity): Promise<void> {
  while (await isRunning(target)) {
    try {
      process.kill(target.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    await sleep(2);
  }
}
