import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TenantUid } from '../base/ids.ts';
import type { PlacedChange } from '../store/mail-state.ts';
import { syncFolder } from '../store/sync-path.ts';
import { decodeRecords, encodeRecord, FoundRecord } from './record.ts';

const saltBytes = 8;

/**
 * Writes changes of a mailbox whose database cannot be used, or cannot be made safe, into its own folder, so that the
 * journal need not keep them. In the order of positions; those of an earlier call stay, unless they begin at the same one.
 */
export async function writeAside(
  uid: TenantUid,
  dir: string,
  changes: readonly PlacedChange[],
): Promise<void> {
  const [first] = changes;
  if (!first) return;
  const head = randomBytes(saltBytes);
  const path = join(dir, `unapplied-${first.position}.log`);
  {
    await using handle = await open(`${path}.new`, 'w', 0o600);
    await handle.writeFile(head);
    for (const { position, change } of changes) {
      for (const piece of encodeRecord({ uid, position, change }, 0, saltOf(head)))
        await handle.writeFile(piece);
    }
    await handle.datasync();
  }
  await rename(`${path}.new`, path);
  for (const path of [dir, dirname(dir)]) await syncFolder(path);
}

export function isAside(dir: string): boolean {
  return asideNames(dir).length > 0;
}

/** What {@link writeAside} left in a folder, in the order of positions. */
export async function readAside(dir: string): Promise<readonly FoundRecord[]> {
  const found = new Map<number, FoundRecord>();
  for (const name of asideNames(dir)) {
    const bytes = await readFile(join(dir, name));
    if (bytes.length < saltBytes) continue;
    for (const part of decodeRecords(bytes, saltBytes, saltOf(bytes))) {
      if (part instanceof FoundRecord) found.set(part.position, part);
    }
  }
  return [...found.values()].sort((a, b) => a.position - b.position);
}

export async function removeAside(dir: string): Promise<void> {
  for (const name of asideNames(dir)) await unlink(join(dir, name));
}

function asideNames(dir: string): readonly string[] {
  try {
    return readdirSync(dir).filter(name => /^unapplied-\d+\.log$/.test(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

const saltOf = (head: Buffer) => ({ mark: head.readUInt32LE(0), seed: head.readUInt32LE(4) });
