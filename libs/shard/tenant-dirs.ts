import { readdirSync, readFileSync, statSync } from 'node:fs';
import { parseTenantId, parseTenantUid, type TenantId, type TenantUid } from '../base/ids.ts';
import { isOriginal, type MadeAt } from '../spec/original-folder.ts';
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
  const firsts = new Map<TenantUid, TenantId>();
  for (const name of namesIn(dataDir)) {
    const tenant = parseTenantId(name);
    const uid = tenant && parseTenantUid(textOf(tenantUidPath(dataDir, tenant)).trim());
    if (!tenant || !uid) continue;
    const first = firsts.get(uid);
    // A copied folder: the mail is the original's, which alone is served.
    if (first && isOriginal(madeAt(dataDir, first), madeAt(dataDir, tenant))) continue;
    firsts.set(uid, tenant);
    dirs.set(uid, tenantDataDir(dataDir, tenant));
  }
  // Mail may have come before the tenant's folder was made.
  for (const [tenant, uid] of parseNewUids(textOf(newUidsPath(dataDir))))
    if (!dirs.has(uid)) dirs.set(uid, tenantDataDir(dataDir, tenant));
  return dirs;
}

function madeAt(dataDir: string, tenant: TenantId): MadeAt {
  return { tenant, atMs: statSync(tenantUidPath(dataDir, tenant)).birthtimeMs };
}

/** Of folders: a symbolic link in place of one is nobody's. */
function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true }).flatMap(entry =>
      entry.isDirectory() ? entry.name : [],
    );
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
