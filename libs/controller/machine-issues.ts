import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Issue } from '../base/issue.ts';
import { resolveAccess } from '../sockets/resolve-access.ts';
import { accessAsks, machineIssue, samePathIssues } from '../spec/machine-asks.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import type { GoodReading } from './good-reading.ts';

/** What this machine does not allow: unknown users and groups, missing rights, one path behind two symlinks. */
export async function machineIssues(reading: GoodReading): Promise<Issue[]> {
  const all = [...reading.fleet.tenants.values()];
  return [...(await accessIssues(reading, all)), ...(await samePathIssues(reading, folderResolver()))];
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
  return Promise.all(issues);
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
