import { statSync } from 'node:fs';

/** What is wrong with the mode of a data folder; empty: nothing is, or it is not there yet. */
export function openDataDir(dataDir: string): string {
  const mode = statSync(dataDir, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & 0o077) === 0) return '';
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  return `others than the daemon may look into the data folder ${dataDir} (mode ${octal})`;
}
