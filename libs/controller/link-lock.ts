import { linkSync, renameSync, rmSync, statSync } from 'node:fs';

/**
 * Locks by name: a file that is whole already is linked to the lock's path, which `link` does only where nothing stands.
 * `flock` is not in Node, and a name can tell who holds it.
 */
export function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ENOENT: `from` was replaced this very moment.
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    throw error;
  }
}

export function inodeAt(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? null;
}

/**
 * Takes away the lock of a dead process, by its inode; one that came in its place meanwhile is put back. What is taken
 * away is kept as `keepAs`.
 */
export function removeDead(path: string, inode: number, aside: string, keepAs: string | null = null): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const isDead = inodeAt(aside) === inode;
  if (!isDead) tryLink(aside, path);
  if (isDead && keepAs !== null) renameSync(aside, keepAs);
  else rmSync(aside);
}
