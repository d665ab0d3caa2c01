import { MpctlError } from '../../../libs/base/error.ts';
import type { TenantId } from '../../../libs/base/ids.ts';
import type { Issue } from '../../../libs/base/issue.ts';
import type { GoodReading } from '../../../libs/controller/good-reading.ts';
import { probeTcp } from '../../../libs/sockets/bind-sockets.ts';
import { renderBind } from '../../../libs/spec/bind.ts';
import { machineIssue } from '../../../libs/spec/machine-asks.ts';
import type { TcpBind } from '../../../libs/spec/tenant-spec.ts';
import { ControlledFleet } from '../controlled-fleet.ts';
import type { ShownTenant } from '../fleet.ts';

/** Addresses that this machine does not have, and ports that another process holds than the fleet's own controller. */
export async function addressIssues(reading: GoodReading): Promise<Issue[]> {
  const running = new ControlledFleet(reading.fleet.control.socketPath);
  const issues: Issue[] = [];
  for (const { id: tenant, listeners } of reading.fleet.tenants.values()) {
    for (const { id, binds } of listeners) {
      for (const [at, bind] of binds.entries()) {
        if (bind.kind !== 'tcp' || bind.port === 0) continue;
        const fault = await probeTcp(bind);
        if (fault === null || (fault.code === 'SOCKET_IN_USE' && (await isServed(running, tenant, bind))))
          continue;
        issues.push(await machineIssue(reading, { tenant, path: ['listeners', id, 'bind', at] }, fault));
      }
    }
  }
  return issues;
}

/** Whether a tenant of the running fleet has it, most likely the one that shall. */
async function isServed(running: ControlledFleet, tenant: TenantId, bind: TcpBind): Promise<boolean> {
  try {
    const names = (await running.list()).map(({ name }) => name);
    const mayBe = [tenant, ...names.filter(name => name !== tenant)].filter(name => names.includes(name));
    for (const name of mayBe) if (holds(await running.show(name), bind)) return true;
    return false;
  } catch (error) {
    if (error instanceof MpctlError && error.code === 'NO_CONTROLLER') return false;
    throw error;
  }
}

function holds({ smtp, http, pop3, error }: ShownTenant, bind: TcpBind): boolean {
  const isWanted = [...smtp, ...http, ...pop3].includes(renderBind(bind));
  // One that it wants and could not have is named by its error.
  return isWanted && !error.includes(`port ${bind.port}`);
}
