import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { MpctlError } from '../base/error.ts';
import { journalDir } from '../spec/paths.ts';
import type { LogSpec } from '../spec/tenant-spec.ts';
import type { ShardCommand } from './shard-process.ts';

/**
 * Lets a process take in what shards that are gone left in their journals; there is nothing to do when they ended as they
 * should. To be done before a shard starts.
 * @throws MpctlError JOURNAL_STUCK when it could not be: the mail is safe, but nobody may be started
 */
export async function replayJournals(
  dataDir: string,
  { command: [program = '', ...args], environment }: ShardCommand,
  log: LogSpec,
): Promise<void> {
  if (!isLeft(journalDir(dataDir))) return;
  const child = spawn(program, [...args, 'replay', dataDir, JSON.stringify(log)], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: environment,
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('exit', resolve);
    child.on('error', reject);
  });
  if (code === 0) return;
  throw new MpctlError('JOURNAL_STUCK', `the mail in ${journalDir(dataDir)} could not be taken in`, {
    hint: 'the log says why; nothing is lost, start again when that is mended',
  });
}

/** A shard that ended as it should leaves nothing but `.end`. */
function isLeft(dir: string): boolean {
  try {
    return readdirSync(dir).some(name => /\.(log|done|left)$/.test(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
