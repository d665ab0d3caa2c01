import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Issue } from '../base/issue.ts';
import { lookUpAccounts } from '../sockets/accounts.ts';
import { resolveAccess } from '../sockets/resolve-access.ts';
import {
  accessAsks,
  machineIssue,
  placeIssue,
  pointlessAccess,
  samePathIssues,
} from '../spec/machine-asks.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import type { GoodReading } from './good-reading.ts';
import { openDataDir } from './open-data-dir.ts';

/** What this machine does not allow: unknown users and groups, missing rights, one path behind two symlinks. */
export async function machineIssues(reading: GoodReading): Promise<Issue[]> {
  const all = [...reading.fleet.tenants.values()];
  return [
    ...(await accessIssues(reading, all)),
    ...(await webGroupIssues(reading)),
    ...(await dataDirIssues(reading)),
    ...(await pointlessAccess(reading)),
    ...(await samePathIssues(reading, folderResolver())),
  ];
}

/** Without its group sockets are made all the same, so that it is no error. One that nobody wrote need not be there. */
async function webGroupIssues(reading: GoodReading): Promise<Issue[]> {
  const { webGroup } = reading.reuse.settings;
  if (webGroup === undefined) return [];
  const { groups } = await lookUpAccounts([], [webGroup]);
  if (groups.has(webGroup)) return [];
  const message = `there is no group ${webGroup}: sockets of pages stay in the group of the daemon`;
  return [
    await placeIssue(reading, {
      code: 'SOCKET_GROUP_UNKNOWN',
      severity: 'warning',
      message,
      path: 'webGroup',
    }),
  ];
}

async function dataDirIssues(reading: GoodReading): Promise<Issue[]> {
  const { dataDir } = reading.fleet;
  const message = openDataDir(dataDir);
  if (message === '') return [];
  const hint = `chmod 700 ${dataDir}`;
  const issue = { code: 'DATA_FOLDER_OPEN', severity: 'warning', message, hint, path: 'dataDir' } as const;
  return [await placeIssue(reading, issue)];
}

/** Users, groups and rights that the sockets of some tenants want and this machine does not have. */
export async function accessIssues(reading: GoodReading, tenants: readonly TenantSpec[]): Promise<Issue[]> {
  const fleet = { ...reading.fleet, tenants: new Map(tenants.map(tenant => [tenant.id, tenant])) };
  const asks = accessAsks({ ...reading, fleet });
  const answers = await resolveAccess(asks, fleet.webGroup);
  const issues = asks.flatMap((ask, at) => {
    const answer = answers[at];
    return answer instanceof Error ? machineIssue(reading, ask, answer) : [];
  });
  const all = await Promise.all(issues);
  // One account of two listeners stands in one place.
  return all.filter((issue, at) => all.findIndex(each => isDeepStrictEqual(each, issue)) === at);
}

/** Resolves the symlinks of a path's folder, as far as there is one yet. Each folder is looked at once. */
function folderResolver(): (path: string) => string {
  const known = new Map<string, string>();
  const resolveFolder = (dir: string): string => {
    const real = known.get(dir) ?? tryRealPath(dir) ?? join(resolveFolder(dirname(dir)), basename(dir));
    known.set(dir, real);
    return real;
  };
  return path => join(resolveFolder(dirname(path)), basename(path));
}

function tryRealPath(dir: string): string | null {
  try {
    return realpathSync(dir);
  } catch {
    return dirname(dir) === dir ? dir : null;
  }
}
