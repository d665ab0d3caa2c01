import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { MailFile } from './mail-file.ts';
import type { MailState } from './mail-state.ts';
import { MemoryState } from './memory/memory-state.ts';
import { MemoryStore } from './memory/memory-store.ts';
import type { Store } from './store.ts';
import { syncFile, syncFolder } from './sync-path.ts';

/** A store that keeps mail in memory: gone with the process. */
export function openMemoryStore(clock: Clock): Store {
  return new MemoryStore(clock);
}

/** What a mailbox is that never got mail. */
export const emptyState: MailState = new MemoryState();

/** The mailbox of a tenant's folder, made when there is none. SQLite is loaded with the first. */
export async function openMailFile(dir: string): Promise<MailFile> {
  const { openSqliteFile } = await import('./sqlite/sqlite-file.ts');
  return openSqliteFile(dir);
}

/** Makes safe what another process, which is gone, wrote into the mailbox of a folder. */
export async function syncMailFile(dir: string): Promise<void> {
  await syncFile(join(dir, 'mail.db-wal'));
  await syncFile(join(dir, 'mail.db'));
  await syncFolder(dir);
}
