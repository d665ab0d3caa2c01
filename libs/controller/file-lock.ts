import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MpctlError } from '../base/error.ts';
import { besidePath } from '../spec/paths.ts';
import { inodeAt, removeDead, tryLink } from './link-lock.ts';
import { identifyProcess, isRunning } from './process-identity.ts';

/** Who waits longer than this for others to write gives up. */
const patienceMs = 30_000;
const retryMs = 4;

/**
 * Runs `work` while no other process, and nobody else in this one, holds the lock of the file. The lock is a file
 * beside it that names its holder; a killed holder's is taken away.
 * @throws MpctlError FILE_LOCKED
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = besidePath(path, 'lock');
  const own = `${lock}.${process.pid}.${++locksTaken}`;
  const identity = JSON.stringify(await identifyProcess(process.pid));
  try {
    writeFileSync(own, identity, { flag: 'wx', mode: 0o600 });
    const giveUpAtMs = performance.now() + patienceMs;
    while (!tryLink(own, lock)) {
      const holder = await findHolder(lock, `${own}.dead`);
      if (performance.now() > giveUpAtMs) {
        const who = holder === null ? 'somebody else' : `process ${holder}`;
        throw new MpctlError('FILE_LOCKED', `${who} keeps changing ${path}`, {
          hint: `if nobody does, remove ${lock}`,
        });
      }
      await sleep(retryMs * (0.5 + Math.random()));
    }
    try {
      return await work();
    } finally {
      rmSync(lock);
    }
  } finally {
    // Where there is no space it may be there and empty, or not be there at all.
    rmSync(own, { force: true });
  }
}

let locksTaken = 0;

/**
 * The pid of who holds a lock; null: nobody, or not any more, and then the lock is gone, or has the name `keepAs`. `aside`
 * is a free name beside it.
 */
export async function findHolder(
  lock: string,
  aside: string,
  keepAs: string | null = null,
): Promise<number | null> {
  const inode = inodeAt(lock);
  if (inode === null) return null;
  let holder: unknown;
  try {
    holder = JSON.parse(readFileSync(lock, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    // Not one of ours, or of a machine that lost power while it was written: nobody holds it.
    holder = null;
  }
  const { pid, startedAt } = (holder ?? {}) as { pid?: number; startedAt?: string };
  if (pid !== undefined && startedAt !== undefined && (await isRunning({ pid, startedAt }))) return pid;
  // What the lock was linked from is one and the same file; `.dead` is what others who wait take away.
  const isLeft = (name: string) => name.startsWith(`${basename(lock)}.`) && !name.endsWith('.dead');
  const left = readdirSync(dirname(lock)).filter(isLeft);
  const links = left.map(name => join(dirname(lock), name)).filter(path => inodeAt(path) === inode);
  removeDead(lock, inode, aside, keepAs);
  for (const path of links) rmSync(path, { force: true });
  return null;
}
