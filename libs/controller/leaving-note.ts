import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parseTenantId, type TenantId } from '../base/ids.ts';
import { parseNewUids } from '../spec/parse-new-uids.ts';
import { newUidsPath, tenantDataDir, tenantLeavingPath } from '../spec/paths.ts';
import type { MailLimits } from './kept-limits.ts';
import { readText } from './replace-file.ts';

/**
 * Why a tenant is going to leave its name: written into its folder before the tenants file changes, so that the change
 * means the same whoever sees it, a controller that is started later too. Without it, it vanished from the file.
 */
export type Leaving = (
  | { readonly renamedTo: TenantId }
  | {
      readonly removed: true;
      /** What stood in the file for it. */
      readonly stanza?: string;
      /** By what its mail was removed. */
      readonly limits?: MailLimits;
    }
) & {
  /** The file has been without the name: who has it now is another tenant. */
  readonly left?: true;
};

/** Takes a note back, as if it had never been written. */
export type Undo = () => void;

/** Where there is no folder nothing can get lost, and nothing is written. */
export function noteLeaving(dataDir: string, tenant: TenantId, why: Leaving): Undo {
  const folder = folderOf(dataDir, tenant);
  if (folder === null) return () => {};
  const before = readLeaving(dataDir, folder);
  const isBack = 'renamedTo' in why && why.renamedTo === folder;
  return write(dataDir, folder, isBack ? null : { ...why, ...(before?.left ? { left: true } : {}) });
}

/** The name is about to be another tenant's, who must not get the folder of the one that is still to leave it. */
export function noteTaken(dataDir: string, tenant: TenantId): Undo {
  const leaving = readLeaving(dataDir, tenant);
  return leaving === null ? () => {} : write(dataDir, tenant, { ...leaving, left: true });
}

/** It does not leave after all, or has left. */
export function forgetLeaving(dataDir: string, tenant: TenantId): void {
  rmSync(tenantLeavingPath(dataDir, tenant), { force: true });
}

export function readLeaving(dataDir: string, tenant: TenantId): Leaving | null {
  const path = tenantLeavingPath(dataDir, tenant);
  // Most of thousands have none, which must cost little.
  if (!existsSync(path)) return null;
  try {
    const leaving: Leaving = JSON.parse(readFileSync(path, 'utf8'));
    // It has left, and a crash came before the note was gone.
    return 'renamedTo' in leaving && leaving.renamedTo === tenant ? null : leaving;
  } catch {
    // Cut off by a loss of power: the tenants file had not been changed yet.
    return null;
  }
}

/** The name that a tenant's folder has: an older one as long as no controller has carried out what it was renamed to. */
function folderOf(dataDir: string, tenant: TenantId): TenantId | null {
  const dir = tenantDataDir(dataDir, tenant);
  if (existsSync(dir) && !readLeaving(dataDir, tenant)?.left) return tenant;
  if (parseNewUids(readText(newUidsPath(dataDir)) ?? '').has(tenant)) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    return tenant;
  }
  // Where there never was a daemon there is no folder.
  const names = existsSync(dataDir) ? readdirSync(dataDir) : [];
  const isIts = (name: TenantId) => {
    const leaving = readLeaving(dataDir, name);
    return leaving !== null && 'renamedTo' in leaving && leaving.renamedTo === tenant;
  };
  return names.map(parseTenantId).find((name): name is TenantId => name !== null && isIts(name)) ?? null;
}

function write(dataDir: string, folder: TenantId, leaving: Leaving | null): Undo {
  const path = tenantLeavingPath(dataDir, folder);
  const before = readText(path);
  const put = (text: string | null) =>
    text === null ? rmSync(path, { force: true }) : writeFileSync(path, text, { mode: 0o600 });
  put(leaving === null ? null : JSON.stringify(leaving));
  return () => put(before);
}
