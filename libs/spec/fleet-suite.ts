/** Fleets of texts, for tests. */
import assert from 'node:assert/strict';
import type { TenantId } from '../base/ids.ts';
import { renderIssue } from '../base/issue.ts';
import { facts, filesIo } from './memory-suite.ts';
import { readFleet } from './read-fleet.ts';
import type { FleetSpec, TenantSpec } from './tenant-spec.ts';

/** The fleet of a text without errors; `more`: files beside it. */
export async function fleetOf(text: string, more: Record<string, string> = {}): Promise<FleetSpec> {
  const files = new Map([['tenants.yaml', text], ...Object.entries(more)]);
  const { fleet, issues } = await readFleet({
    file: '/etc/mpctl/tenants.yaml',
    io: filesIo('/etc/mpctl', files),
    facts,
  });
  assert.deepEqual(issues.map(renderIssue), []);
  assert.ok(fleet);
  return fleet;
}

/** The only tenant, of what stands below its name. */
export const tenantOf = async (body: string, more: Record<string, string> = {}): Promise<TenantSpec> => {
  const fleet = await fleetOf(`tenants:\n  a: ${body.replaceAll('\n', '\n    ')}\n`, more);
  const tenant = fleet.tenants.get('a' as TenantId);
  assert.ok(tenant);
  return tenant;
};
