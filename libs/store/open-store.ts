import type { Clock } from '../base/clock.ts';
import { MemoryStore } from './memory/memory-store.ts';
import type { Store } from './store.ts';

/** A store that keeps mail in memory: gone with the process. */
export function openMemoryStore(clock: Clock): Store {
  return new MemoryStore(clock);
}
