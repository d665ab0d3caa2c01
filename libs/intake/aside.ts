import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { TenantUid } from '../base/ids.ts';
import type { PlacedChange } from '../store/mail-state.ts';
import { syncFolder } from '../store/sync-path.ts';
import { decodeRecords, encodeRecord, FoundRecord } from './record.ts';

const fileName = 'unapplied.log';
const saltBytes = 8;

/**
 * Writes the changes of a mailbox that cannot be applied into its own folder: all that are safe and not applied, in
 * their order. Whatever was written before is replaced.
 */
export async function writeAside(
  uid: TenantUid,
  dir: string,
  changes: readonly PlacedChange[],
): Promise<void> {
  const head = randomBytes(saltBytes);
  const path = join(dir, fileName);
  {
    await using handle = await open(`${path}.new`, 'w', 0o600);
    await handle.write(head);
    for (const { position, change } of changes) {
      for (const piece of encodeRecord({ uid, position, change }, 0, saltOf(head)))
        await handle.writeFile(piece);
    }
    await handle.datasync();
  }
  await rename(`${path}.new`, path);
  await syncFolder(dir);
}

export function isAside(dir: string): boolean {
  return existsSync(join(dir, fileName));
}

/** What {@link writeAside} left in a folder; nothing when there is no such file. */
export async function readAside(dir: string): Promise<readonly FoundRecord[]> {
  const bytes = await readFile(join(dir, fileName)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!bytes || bytes.length < saltBytes) return [];
  return [...decodeRecords(bytes, saltBytes, saltOf(bytes))].filter(part => part instanceof FoundRecord);
}

export async function removeAside(dir: string): Promise<void> {
  await unlink(join(dir, fileName)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

const saltOf = (head: Buffer) => ({ mark: head.readUInt32LE(0), seed: head.readUInt32LE(4) });
