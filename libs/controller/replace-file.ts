import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { MpctlError } from '../base/error.ts';
import { besidePath } from '../spec/paths.ts';
import { inodeAt, tryLink } from './link-lock.ts';

/** A file's text; null when there is no file. */
export function readText(path: string): string | null {
  return orNull(() => readFileSync(path, 'utf8'));
}

/**
 * Replaces a file's text as a whole: whoever reads it finds the old or the new one, after a loss of power too. Owner,
 * mode and a symlink to it stay. `expected` is the text that the new one was made from, null for no file; a null `text`
 * removes the file. False: the file has another text by now, and keeps it. Callers hold the file's lock; the check is
 * for editors, which hold none.
 * @throws MpctlError FILE_NOT_WRITABLE
 */
export function replaceFile(path: string, expected: string | null, text: string | null): boolean {
  try {
    const target = orNull(() => realpathSync(path)) ?? path;
    const done = expected === null ? create(target, text ?? '') : exchange(target, expected, text);
    if (done) syncFolder(dirname(target));
    return done;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || error instanceof MpctlError) throw error;
    const hint =
      code === 'EPERM' ? 'it keeps its owner and group: give it to the daemon’s user and group' : '';
    throw new MpctlError('FILE_NOT_WRITABLE', `cannot write ${path}: ${message}`, { cause: error, hint });
  }
}

function create(path: string, text: string): boolean {
  const fresh = besidePath(path, `${process.pid}.new`);
  try {
    writeFresh(fresh, text, null);
    return tryLink(fresh, path);
  } finally {
    rmSync(fresh, { force: true });
  }
}

function exchange(path: string, expected: string, text: string | null): boolean {
  const backup = besidePath(path, `${process.pid}.old`);
  const fresh = besidePath(path, `${process.pid}.new`);
  rmSync(backup, { force: true });
  if (!tryLink(path, backup)) return false;
  const old = openSync(backup, 'r');
  try {
    const stats = fstatSync(old);
    if (text !== null) writeFresh(fresh, text, stats);
    // An editor that replaces the file between the look at its inode and the rename is not seen: some microseconds.
    if (readAll(old) !== expected || inodeAt(path) !== stats.ino) return false;
    if (text === null) rmSync(path);
    else renameSync(fresh, path);
    if (readAll(old) === expected) return true;
    // One that writes into the file did so just now: it gets that very file back.
    renameSync(backup, path);
    return false;
  } finally {
    closeSync(old);
    rmSync(fresh, { force: true });
    rmSync(backup, { force: true });
  }
}

function writeFresh(path: string, text: string, like: Stats | null): void {
  rmSync(path, { force: true });
  const file = openSync(path, 'wx', 0o644);
  try {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    if (like !== null) {
      const own = fstatSync(file);
      if (own.uid !== like.uid || own.gid !== like.gid) fchownSync(file, like.uid, like.gid);
      fchmodSync(file, like.mode & 0o7777);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** From its beginning, wherever it was read before. */
function readAll(file: number): string {
  const bytes = Buffer.alloc(fstatSync(file).size);
  let length = 0;
  for (let count = -1; count !== 0 && length < bytes.length; length += count) {
    count = readSync(file, bytes, length, bytes.length - length, length);
  }
  return bytes.toString('utf8', 0, length);
}

/** Makes names in a folder survive a loss of power. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** null: there is no such entry. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
