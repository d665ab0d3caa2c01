import { existsSync } from 'node:fs';
import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { MailState } from '../store/mail-state.ts';
import type { Box } from './box.ts';

/**
 * Removes large mail that no mail names: its sender got no answer, because the process ended between its file and the
 * journal. Everything that earlier processes left for the box must be in its tail or in its database.
 */
export async function sweepSpool(box: Box, state: MailState): Promise<void> {
  const folder = join(box.dir, 'big');
  // Most have none, and whoever opens the mailbox waits.
  if (!existsSync(folder)) return;
  const names = await readdir(folder);
  if (names.length === 0) return;
  const waiting = new Set(box.tail.map(({ change }) => (change.kind === 'mail' ? change.row.id : '')));
  const unused = names.filter(name => {
    const id = name.replace(/\.zst$/, '');
    return !waiting.has(id) && !box.arriving.has(id) && state.find(id) === null;
  });
  for (const name of unused) await unlink(join(folder, name));
}
