import { type BigIntStats, constants, statSync } from 'node:fs';
import { copyFile, link, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFile, syncFolder } from '../store/sync-path.ts';

/** A mailbox that was copied: what its folder holds, and how to tell whether it has changed since. */
export type MailCopy = {
  /** Of the last change that is in it; -1: there was no mailbox. */
  readonly position: number;
  /** How the database looked when it was copied; empty: not to be relied upon. */
  readonly stamp: string;
  /** Bytes of each file, e.g. `mail.db`, `big/<id>.zst`. */
  readonly files: Readonly<Record<string, number>>;
};

/** An earlier copy and the folder in which it is. */
export type EarlierCopy = MailCopy & { readonly dir: string };

export const nothingCopied: MailCopy = { position: -1, stamp: '', files: {} };

/** A file that was written just now could be written again without looking different. */
const settledAfterMs = 1000;

/** Looks different whenever the database of a folder was written since; empty: it may not. */
export function stampOf(dir: string, nowMs: number): string {
  const path = join(dir, 'mail.db');
  const log: BigIntStats | undefined = statSync(`${path}-wal`, { bigint: true, throwIfNoEntry: false });
  const file = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (!file || (log && log.size > 0n) || Number(file.mtimeMs) > nowMs - settledAfterMs) return '';
  return `${file.ino}-${file.size}-${file.mtimeNs}`;
}

/** The names of large mail in a mailbox's folder, but for what is just being written. */
export async function listLarge(dir: string, arriving: ReadonlySet<string>): Promise<string[]> {
  const names = await readdir(join(dir, 'big')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter(name => !arriving.has(name.replace(/\.zst$/, ''))).map(name => `big/${name}`);
}

/**
 * Copies files of a folder, synced. One that an earlier copy has and that never changes costs a link. Resolves to their
 * bytes.
 */
export async function copyFiles(
  from: string,
  to: string,
  names: readonly string[],
  earlier: EarlierCopy | null,
): Promise<Record<string, number>> {
  const files: Record<string, number> = {};
  const folders = new Set([to]);
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const name of names) {
    const target = join(to, name);
    const folder = dirname(target);
    if (!folders.has(folder)) await mkdir(folder, { recursive: true, mode: 0o700 });
    folders.add(folder);
    const isKnown = earlier?.files[name] !== undefined && name !== 'mail.db';
    if (!isKnown || !(await tryLink(join(earlier.dir, name), target))) {
      await copyFile(join(from, name), target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
      await syncFile(target);
    }
    files[name] = (await stat(target)).size;
  }
  for (const folder of folders) await syncFolder(folder);
  return files;
}

/** The same copy once more, as links. */
export async function linkCopy(earlier: EarlierCopy, to: string): Promise<void> {
  const folders = new Set([to]);
  for (const name of Object.keys(earlier.files)) {
    const target = join(to, name);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    folders.add(dirname(target));
    if (await tryLink(join(earlier.dir, name), target)) continue;
    await copyFile(join(earlier.dir, name), target, constants.COPYFILE_EXCL);
    await syncFile(target);
  }
  if (Object.keys(earlier.files).length > 0) for (const folder of folders) await syncFolder(folder);
}

/** Where the file system has no links, or no more of them, a copy will do. */
async function tryLink(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    () => false,
  );
}
