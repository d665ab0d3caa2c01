import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { MpctlError } from '../base/error.ts';
import { dataLockPath } from '../spec/paths.ts';
import { findHolder } from './file-lock.ts';
import { inodeAt, tryLink } from './link-lock.ts';
import { identifyProcess } from './process-identity.ts';
import { readText } from './replace-file.ts';

export interface DataLock extends Disposable {
  /** Where the shards of a killed holder are listed; null: the last one ended as it should. */
  readonly formerRunDir: string | null;
}

/**
 * One process to a data folder, whatever run folder it serves: two would write each other's journals away. The lock is a
 * file that names its holder, since a data folder's path may be too long for a socket; a killed holder's is taken away.
 * A spare one lies beside it, to be written over: on a full disk a new one would have no room. Where there is none the
 * last lock becomes it.
 * @throws MpctlError DATA_FOLDER_IN_USE with the pid of the one that holds it
 */
export async function takeDataLock(dataDir: string, runDir: string): Promise<DataLock> {
  const lock = dataLockPath(dataDir);
  try {
    mkdirSync(dirname(lock), { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new MpctlError('DATA_FOLDER', `cannot make the data folder: ${(cause as Error).message}`, {
      cause,
      hint: 'name another with --data-dir or dataDir, or make it for this user',
    });
  }
  const formerRunDir = readRunDir(lock);
  const own = `${lock}.${process.pid}`;
  const spare = `${lock}.spare`;
  rmSync(own, { force: true });
  const findOther = async () => {
    // A dead one's has its room, too.
    const holder = await findHolder(lock, `${own}.dead`, existsSync(spare) ? null : spare);
    if (holder === null) return;
    const message = `another mpctl (process ${holder}) keeps its mail in ${dataDir}`;
    const hint = 'stop it, or choose another folder with --data-dir';
    throw new MpctlError('DATA_FOLDER_IN_USE', message, { hint });
  };
  const named = { ...(await identifyProcess(process.pid)), runDir };
  await findOther();
  try {
    writeOwn(own, JSON.stringify(named), spare);
    const inode = inodeAt(own);
    while (!tryLink(own, lock)) await findOther();
    keepSpare(spare);
    return {
      formerRunDir,
      [Symbol.dispose]() {
        if (inodeAt(lock) !== inode) return;
        if (existsSync(spare)) rmSync(lock);
        else renameSync(lock, spare);
      },
    };
  } finally {
    rmSync(own, { force: true });
  }
}

const spareBytes = 4096;

/** Over the spare one where there is one: its room is its own. As long as that, so that it can become one. */
function writeOwn(path: string, text: string, spare: string): void {
  const bytes = Buffer.alloc(Math.max(spareBytes, Buffer.byteLength(text)), ' ');
  bytes.write(text);
  try {
    if (existsSync(spare)) {
      renameSync(spare, path);
      overwrite(path, bytes);
    } else writeFileSync(path, bytes, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    const message = `cannot write into the data folder: ${(cause as Error).message}`;
    throw new MpctlError('DATA_FOLDER', message, { cause, hint: 'make room, or let this user write there' });
  }
}

function overwrite(path: string, bytes: Buffer): void {
  const file = openSync(path, 'r+');
  try {
    writeSync(file, bytes, 0, bytes.length, 0);
    ftruncateSync(file, bytes.length);
  } finally {
    closeSync(file);
  }
}

function keepSpare(path: string): void {
  try {
    writeFileSync(path, Buffer.alloc(spareBytes), { flag: 'wx', mode: 0o600 });
  } catch {
    // It is there, or there is no room for it: then the lock will be it.
    rmIfShort(path);
  }
}

/** One that was cut off by a full disk would be of no use. */
function rmIfShort(path: string): void {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? spareBytes;
  if (bytes < spareBytes) rmSync(path, { force: true });
}

function readRunDir(lock: string): string | null {
  try {
    return JSON.parse(readText(lock) ?? '{}').runDir ?? null;
  } catch {
    // Of a machine that lost power while it was written: no shard of it is left.
    return null;
  }
}
