import { replayJournals } from '../intake/open-intake.ts';
import { openLog } from '../log/open-log.ts';
import { journalDir } from '../spec/paths.ts';
import type { LogSpec } from '../spec/tenant-spec.ts';
import { tenantDirs } from './tenant-dirs.ts';

/** Takes in what shards that are gone left in their journals. Rejects when it cannot be: then no tenant may be opened. */
export async function runReplay(dataDir: string, logSpec: LogSpec): Promise<void> {
  const log = openLog(logSpec, {});
  const startedAtMs = performance.now();
  await replayJournals({ journalDir: journalDir(dataDir), clock: Date.now, log }, tenantDirs(dataDir));
  log.info({ ms: Math.round(performance.now() - startedAtMs) }, 'took in what the journals held');
}
