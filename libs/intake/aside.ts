import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TenantUid } from '../base/ids.ts';
import type { ChangePlace, PlacedChange } from '../store/mail-state.ts';
import { syncFolder } from '../store/sync-path.ts';
import { decodeRecords, encodeRecord, FoundRecord } from './record.ts';

const saltBytes = 8;

/**
 * Writes changes of a mailbox whose database cannot be used, or cannot be made safe, into its own folder, so that the
 * journal need not keep them. A file for each journal that they come from, in the order of positions; those of an earlier
 * call stay, unless they begin at the same one.
 */
export async function writeAside(
  uid: TenantUid,
  dir: string,
  changes: readonly PlacedChange[],
): Promise<void> {
  if (changes.length === 0) return;
  for (const [journal, own] of Map.groupBy(changes, ({ journal }) => journal))
    await writeFileOf(uid, join(dir, asideName(journal, own[0]?.position ?? 0)), own);
  for (const path of [dir, dirname(dir)]) await syncFolder(path);
}

async function writeFileOf(uid: TenantUid, path: string, changes: readonly PlacedChange[]): Promise<void> {
  const head = randomBytes(saltBytes);
  try {
    await using handle = await open(`${path}.new`, 'w', 0o600);
    await handle.writeFile(head);
    for (const { position, change } of changes) {
      for (const piece of encodeRecord({ uid, position, change }, 0, saltOf(head)))
        await handle.writeFile(piece);
    }
    await handle.datasync();
  } catch (error) {
    await unlink(`${path}.new`).catch(() => {});
    throw error;
  }
  await rename(`${path}.new`, path);
}

export function isAside(dir: string): boolean {
  return asideNames(dir).length > 0;
}

/** A change that was put aside, and the journal that its position belongs to. */
export type AsideRecord = ChangePlace & { readonly record: FoundRecord };

/** What {@link writeAside} left in a folder, in the order of positions. */
export async function readAside(dir: string): Promise<readonly AsideRecord[]> {
  const found = new Map<string, AsideRecord>();
  for (const name of asideNames(dir)) {
    const journal = asidePattern.exec(name)?.groups?.journal ?? '';
    const bytes = await readFile(join(dir, name));
    if (bytes.length < saltBytes) continue;
    for (const part of decodeRecords(bytes, saltBytes, saltOf(bytes))) {
      if (!(part instanceof FoundRecord)) continue;
      const { position } = part;
      found.set(`${journal} ${position}`, { journal, position, record: part });
    }
  }
  return [...found.values()].sort((a, b) => a.position - b.position);
}

/** How many mails {@link writeAside} left in a folder; some may be in its database. */
export async function countMailAside(dir: string): Promise<number> {
  const mails = (await readAside(dir)).filter(({ record: { change } }) =>
    /^(mail|arrival)$/.test(change.kind),
  );
  return mails.length;
}

export async function removeAside(dir: string): Promise<void> {
  for (const name of asideNames(dir)) await unlink(join(dir, name));
}

const asideName = (journal: string, position: number) =>
  `unapplied-${journal === '' ? '' : `${journal}-`}${position}.log`;
const asidePattern = /^unapplied-((?<journal>[0-9a-f]{16}-[0-9a-f]{16})-)?\d+\.log$/;

function asideNames(dir: string): readonly string[] {
  try {
    return readdirSync(dir).filter(name => asidePattern.test(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

const saltOf = (head: Buffer) => ({ mark: head.readUInt32LE(0), seed: head.readUInt32LE(4) });
