import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
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
  rmSync(own, { force: true });
  const named = { ...(await identifyProcess(process.pid)), runDir };
  writeFileSync(own, JSON.stringify(named), { flag: 'wx', mode: 0o600 });
  try {
    const inode = inodeAt(own);
    while (!tryLink(own, lock)) {
      const holder = await findHolder(lock, `${own}.dead`);
      if (holder !== null) {
        throw new MpctlError(
          'DATA_FOLDER_IN_USE',
          `another mpctl (process ${holder}) keeps its mail in ${dataDir}`,
          {
            hint: 'stop it, or choose another folder with --data-dir',
          },
        );
      }
    }
    return {
      formerRunDir,
      [Symbol.dispose]() {
        if (inodeAt(lock) === inode) rmSync(lock);
      },
    };
  } finally {
    rmSync(own);
  }
}

function readRunDir(lock: string): string | null {
  try {
    return JSON.parse(readText(lock) ?? '{}').runDir ?? null;
  } catch {
    // Of a machine that lost power while it was written: no shard of it is left.
    return null;
  }
}
