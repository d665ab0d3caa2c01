import { existsSync, renameSync } from 'node:fs';
import { copyFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { MpctlError } from '../../base/error.ts';
import { syncFile, syncFolder } from '../sync-path.ts';
import { schemaSteps } from './schema.ts';

/** Of pages that are kept in memory, for each of many files that are open. */
const frugalCacheBytes = 512 * 1024;

/** "mpct": tells our files from others. */
const applicationId = 0x6d706374;

/**
 * Opens a mailbox's file, makes it when it is not there and raises it to the schema of this program; the file as it was
 * before that stays beside it as `<path>.v<version>`. Holds the event loop for less than a millisecond, unless the
 * schema is raised.
 *
 * SQLite syncs nothing by itself: see `sqlite-file.ts`. One process at a time has the file.
 * @throws MpctlError STORE_NEWER when a newer program wrote it
 */
export async function openDatabase(
  path: string,
  steps = schemaSteps,
  cacheBytes = frugalCacheBytes,
): Promise<Database.Database> {
  if (!existsSync(path)) {
    if (existsSync(movedPath(path))) renameSync(movedPath(path), path);
    else await makeDatabase(path, steps);
  }
  const db = new Database(path, { timeout: 0, fileMustExist: true });
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('synchronous = OFF');
    db.pragma('wal_autocheckpoint = 0');
    db.pragma(`cache_size = -${cacheBytes / 1024}`);
    const version = db.pragma('user_version', { simple: true }) as number;
    if (version > steps.length) throw newerSchema(path, version, steps.length);
    if (version === steps.length) return db;
    await raiseSchema(db, path, version, steps);
  } catch (error) {
    db.close();
    throw error;
  }
  // The copy that was made has cost the lock.
  db.close();
  return openDatabase(path, steps, cacheBytes);
}

/** Where a file is for a moment when it is let go of as it is. */
export const movedPath = (path: string) => `${path}.moved`;

/** Under its name there is never anything but a whole file: what a power cut left of a new one would look damaged. */
async function makeDatabase(path: string, steps: readonly string[]): Promise<void> {
  const db = new Database(':memory:');
  db.pragma('auto_vacuum = INCREMENTAL');
  applySteps(db, steps);
  const image = db.serialize();
  db.close();
  // Read and write version 2: WAL (https://www.sqlite.org/fileformat.html#file_format_version_numbers).
  image.fill(2, 18, 20);
  await writeFile(`${path}.new`, image, { mode: 0o600 });
  await syncFile(`${path}.new`);
  await rename(`${path}.new`, path);
  // The folder may be as new as the file; what is in it is synced with the first mail.
  await syncFolder(dirname(dirname(path)));
}

async function raiseSchema(
  db: Database.Database,
  path: string,
  version: number,
  steps: readonly string[],
): Promise<void> {
  db.pragma('wal_checkpoint(TRUNCATE)');
  const copy = copyBefore(path, version);
  await copyFile(path, `${copy}.new`);
  await syncFile(`${copy}.new`);
  await rename(`${copy}.new`, copy);
  await syncFolder(dirname(path));
  db.transaction(() => applySteps(db, steps.slice(version), steps.length))();
}

function applySteps(db: Database.Database, steps: readonly string[], version = steps.length): void {
  for (const step of steps) db.exec(step);
  db.pragma(`application_id = ${applicationId}`);
  db.pragma(`user_version = ${version}`);
}

/** The copy that is made of a file before its schema is raised. */
export const copyBefore = (path: string, version: number) => `${path}.v${version}`;

function newerSchema(path: string, version: number, known: number): MpctlError {
  return new MpctlError('STORE_NEWER', `${path} has schema ${version}, this program knows ${known}`, {
    hint: existsSync(copyBefore(path, known))
      ? 'run the newer mpctl, or go back to the copy made before the change: mpctl tenant repair NAME'
      : 'run the newer mpctl',
  });
}
