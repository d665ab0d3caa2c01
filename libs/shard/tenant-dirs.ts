import { readdirSync, readFileSync } from 'node:fs';
import { parseTenantId, parseTenantUid, type TenantUid } from '../base/ids.ts';
import { parseNewUids } from '../spec/parse-new-uids.ts';
import { newUidsPath, tenantDataDir, tenantUidPath, trashDir, trashedTenantDir } from '../spec/paths.ts';

/** Finds tenants' folders by uid, those in the trash too: looks through all of them when it is first asked. */
export function tenantDirs(dataDir: string): (uid: TenantUid) => string | null {
  let dirs: Map<TenantUid, string> | null = null;
  return uid => {
    dirs ??= lookThrough(dataDir);
    return dirs.get(uid) ?? null;
  };
}

function lookThrough(dataDir: string): Map<TenantUid, string> {
  const dirs = new Map<TenantUid, string>();
  for (const name of namesIn(trashDir(dataDir))) {
    const uid = parseTenantUid(name);
    if (uid !== null) dirs.set(uid, trashedTenantDir(dataDir, uid));
  }
  for (const name of namesIn(dataDir)) {
    const tenant = parseTenantId(name);
    const uid = tenant && parseTenantUid(textOf(tenantUidPath(dataDir, tenant)).trim());
    if (tenant && uid) dirs.set(uid, tenantDataDir(dataDir, tenant));
  }
  // Mail may have come before the tenant's folder was made.
  for (const [tenant, uid] of parseNewUids(textOf(newUidsPath(dataDir))))
    if (!dirs.has(uid)) dirs.set(uid, tenantDataDir(dataDir, tenant));
  return dirs;
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    // There is none before the first tenant.
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // A folder without a uid is no tenant's.
    return '';
  }
}
