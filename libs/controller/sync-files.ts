import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { runCommand } from './run-command.ts';

/** From so many files on, one sync of the whole file system is quicker than one a file. */
const manyFiles = 32;

/** Makes sure that new files and their names survive a loss of power. */
export async function syncFiles(paths: readonly string[], dir: string): Promise<void> {
  if (paths.length === 0) return;
  if (paths.length > manyFiles && process.platform === 'linux') {
    if ((await runCommand('sync', ['-f', dir])) !== null) return;
  }
  const folders = paths.flatMap(path => [dirname(path), dirname(dirname(path))]);
  for (const path of new Set([...paths, ...folders])) {
    const file = openSync(path, 'r');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}
