import { existsSync } from 'node:fs';
import { constants, copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { MpctlError } from '../base/error.ts';
import type { RandomSource } from '../mail/new-mail-id.ts';
import type { MailFile, MailFileOptions } from './mail-file.ts';
import type { MailState } from './mail-state.ts';
import { MemoryState } from './memory/memory-state.ts';
import { MemoryStore } from './memory/memory-store.ts';
import type { Repaired } from './sqlite/repair-database.ts';
import type { Store } from './store.ts';
import { rewriteFile, syncFile, syncFolder } from './sync-path.ts';

/** A store that keeps mail in memory: gone with the process. */
export function openMemoryStore(clock: Clock): Store {
  return new MemoryStore(clock);
}

/** What a mailbox is that never got mail. */
export const emptyState: MailState = new MemoryState();

/** The mailbox of a tenant's folder, made when there is none. SQLite is loaded with the first. */
export async function openMailFile(dir: string, options: MailFileOptions = {}): Promise<MailFile> {
  const { openSqliteFile } = await import('./sqlite/sqlite-file.ts');
  return openSqliteFile(dir, options);
}

/** Gives back to the system what stayed of memory that is not used any more: for a quiet moment. */
export async function giveBackMemory(): Promise<void> {
  const { giveBackMemory } = await import('./sqlite/give-back-memory.ts');
  giveBackMemory();
}

/** Copies a damaged mailbox, once, for whoever wants to look at it later. Returns the copy's path. */
export async function copyDamagedMailFile(dir: string): Promise<string> {
  const copy = join(dir, 'mail.db.damaged');
  for (const suffix of ['-wal', '']) {
    await copyFile(join(dir, `mail.db${suffix}`), `${copy}${suffix}`, constants.COPYFILE_EXCL).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
      },
    );
  }
  return copy;
}

/** See `repair-database.ts`: for a process of its own that is alone with the folder. */
export async function repairMailFile(dir: string, nowMs: number, random: RandomSource): Promise<Repaired> {
  const { repairDatabase } = await import('./sqlite/repair-database.ts');
  const repaired = await repairDatabase(dir, nowMs, random);
  // What was copied when the damage was found is kept under another name now.
  if (repaired.kept !== '')
    for (const suffix of ['', '-wal']) await rm(join(dir, `mail.db.damaged${suffix}`), { force: true });
  return repaired;
}

/** Makes safe what another process, which is gone, wrote into the mailbox of a folder. */
export async function syncMailFile(dir: string): Promise<void> {
  try {
    const log = join(dir, 'mail.db-wal');
    // A sync of it may have failed, which another would not tell.
    if (existsSync(log)) await rewriteFile(log);
    await syncFile(log);
    await syncFile(join(dir, 'mail.db'));
    await syncFolder(dir);
  } catch (cause) {
    throw new MpctlError('STORE_UNSYNCED', `cannot sync the mailbox in ${dir}`, { cause });
  }
}
