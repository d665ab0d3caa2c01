import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { TenantId } from '../base/ids.ts';
import { tenantDataDir, tenantLeavingPath } from '../spec/paths.ts';
import { readText } from './replace-file.ts';

/**
 * Why a tenant is going to leave its name: written into its folder before the tenants file changes, so that the change
 * means the same whoever sees it, a controller that is started later too. Without it, it vanished from the file.
 */
export type Leaving =
  | { readonly renamedTo: TenantId }
  | {
      readonly removed: true;
      /** What stood in the file for it. */
      readonly stanza?: string;
    };

export function noteLeaving(dataDir: string, tenant: TenantId, why: Leaving): void {
  // Where there never was a daemon, nothing can get lost.
  if (!existsSync(dataDir)) return;
  mkdirSync(tenantDataDir(dataDir, tenant), { recursive: true, mode: 0o700 });
  writeFileSync(tenantLeavingPath(dataDir, tenant), JSON.stringify(why), { mode: 0o600 });
}

/** It does not leave after all, or has left. */
export function forgetLeaving(dataDir: string, tenant: TenantId): void {
  rmSync(tenantLeavingPath(dataDir, tenant), { force: true });
}

export function readLeaving(dataDir: string, tenant: TenantId): Leaving | null {
  const text = readText(tenantLeavingPath(dataDir, tenant));
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    // Cut off by a loss of power: the tenants file had not been changed yet.
    return null;
  }
}
