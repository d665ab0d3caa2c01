import type { Clock } from '../base/clock.ts';
import type { MailFile } from './mail-file.ts';
import { MemoryStore } from './memory/memory-store.ts';
import type { Store } from './store.ts';

/** A store that keeps mail in memory: gone with the process. */
export function openMemoryStore(clock: Clock): Store {
  return new MemoryStore(clock);
}

/** The mailbox of a tenant's folder, made when there is none. SQLite is loaded with the first. */
export async function openMailFile(dir: string): Promise<MailFile> {
  const { openSqliteFile } = await import('./sqlite/sqlite-file.ts');
  return openSqliteFile(dir);
}
