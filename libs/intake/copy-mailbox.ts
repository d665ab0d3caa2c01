import { type BigIntStats, constants, statSync } from 'node:fs';
import { copyFile, link, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { writeHint } from '../base/disk-error.ts';
import { MpctlError } from '../base/error.ts';
import type { MailFile } from '../store/mail-file.ts';
import { syncFile, syncFolder } from '../store/sync-path.ts';
import type { Applier } from './applier.ts';
import type { Box } from './box.ts';
import type { OpenFiles } from './open-files.ts';

/** A mailbox that was copied: what its folder holds, and how to tell whether it has changed since. */
export type MailCopy = {
  /** Of the last change that is in it; -1: there was no mailbox. */
  readonly position: number;
  /** Whose position that is. */
  readonly journal: string;
  /** How the database looked when it was copied; empty: not to be relied upon. */
  readonly stamp: string;
  /** Bytes of each file, e.g. `mail.db`, `big/<id>.zst`. */
  readonly files: Readonly<Record<string, number>>;
};

/** An earlier copy and the folder in which it is. */
export type EarlierCopy = MailCopy & { readonly dir: string };

const nothingCopied: MailCopy = { position: -1, journal: '', stamp: '', files: {} };

/** Copies the mailbox of a box, as `Intake.copy` says. */
export async function copyMailbox(
  box: Box,
  to: string,
  earlier: EarlierCopy | null,
  applier: Applier,
  files: OpenFiles,
  clock: Clock,
): Promise<MailCopy> {
  try {
    await applier.drain(box);
    const isAtRest = box.file === null && box.turning === null && !files.hasAside(box);
    if (isAtRest && !files.exists(box)) return nothingCopied;
    if (isAtRest && earlier && earlier.stamp !== '' && earlier.stamp === stampOf(box.dir, clock())) {
      await linkCopy(earlier, to);
      const { position, journal, stamp, files } = earlier;
      return { position, journal, stamp, files };
    }
    if (isAtRest) {
      // It would be when it is closed, and look as if it had changed.
      await files.open(box);
      await files.tidy(box);
    }
    return await files.use(box, file => copyOpen(box, file, to, earlier, applier, clock));
  } catch (error) {
    throw copyFailure(error, to);
  }
}

async function copyOpen(
  box: Box,
  file: MailFile,
  to: string,
  earlier: EarlierCopy | null,
  applier: Applier,
  clock: Clock,
): Promise<MailCopy> {
  const { dir } = box;
  // What was put aside for it joined its tail when the file was opened.
  await applier.drain(box);
  const thaw = await applier.hold(box, () => file.freeze());
  if (!thaw) throw box.failure;
  try {
    const { position, journal } = file.state.last;
    const stamp = stampOf(dir, clock());
    if (earlier?.position === position && earlier.journal === journal) {
      await linkCopy(earlier, to);
      return { position, journal, stamp, files: earlier.files };
    }
    await mkdir(to, { recursive: true, mode: 0o700 });
    await file.copyTo(join(to, 'mail.db'));
    const large = await copyLarge(dir, to, await listLarge(dir, box.arriving), earlier);
    await syncFolder(to);
    return {
      position,
      journal,
      stamp,
      files: { 'mail.db': (await stat(join(to, 'mail.db'))).size, ...large },
    };
  } finally {
    thaw();
  }
}

/** A file that was written just now could be written again without looking different. */
const settledAfterMs = 1000;

/** Looks different whenever the database of a folder was written since; empty: it may not. */
function stampOf(dir: string, nowMs: number): string {
  const path = join(dir, 'mail.db');
  const log: BigIntStats | undefined = statSync(`${path}-wal`, { bigint: true, throwIfNoEntry: false });
  const file = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (!file || (log && log.size > 0n) || Number(file.mtimeMs) > nowMs - settledAfterMs) return '';
  return `${file.ino}-${file.size}-${file.mtimeNs}`;
}

/** The names of large mail in a mailbox's folder, but for what is just being written. */
async function listLarge(dir: string, arriving: ReadonlySet<string>): Promise<string[]> {
  const names = await readdir(join(dir, 'big')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter(name => !arriving.has(name.replace(/\.zst$/, ''))).map(name => `big/${name}`);
}

/** Copies large mail, synced; what an earlier copy has costs a link. Resolves to its bytes. */
async function copyLarge(
  from: string,
  to: string,
  names: readonly string[],
  earlier: EarlierCopy | null,
): Promise<Record<string, number>> {
  const bytes: Record<string, number> = {};
  const folders = new Set<string>();
  for (const name of names) {
    const target = join(to, name);
    const folder = dirname(target);
    if (!folders.has(folder)) await mkdir(folder, { recursive: true, mode: 0o700 });
    folders.add(folder);
    const isKnown = earlier?.files[name] !== undefined;
    if (!isKnown || !(await tryLink(join(earlier.dir, name), target))) {
      await copyFile(join(from, name), target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
      await syncFile(target);
    }
    bytes[name] = (await stat(target)).size;
  }
  for (const folder of folders) await syncFolder(folder);
  return bytes;
}

/** The same copy once more, as links. */
async function linkCopy(earlier: EarlierCopy, to: string): Promise<void> {
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

function copyFailure(error: unknown, to: string): unknown {
  if (error instanceof MpctlError) return error;
  const { message } = error as Error;
  return new MpctlError('COPY_FAILED', `cannot copy to ${to}: ${message}`, {
    cause: error,
    hint: writeHint(error),
  });
}
