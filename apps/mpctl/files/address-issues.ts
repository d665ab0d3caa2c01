import { setTimeout as sleep } from 'node:timers/promises';
import { MpctlError } from '../../../libs/base/error.ts';
import type { TenantId } from '../../../libs/base/ids.ts';
import type { Issue } from '../../../libs/base/issue.ts';
import type { GoodReading } from '../../../libs/controller/good-reading.ts';
import { probeTcp } from '../../../libs/sockets/bind-sockets.ts';
import { probeUnix } from '../../../libs/sockets/stale-socket.ts';
import { renderBind } from '../../../libs/spec/bind.ts';
import { machineIssue, placeIssue } from '../../../libs/spec/machine-asks.ts';
import { maxSocketPathBytes, tenantSocketPath } from '../../../libs/spec/paths.ts';
import type { Bind } from '../../../libs/spec/tenant-spec.ts';
import type { ControlStatus } from '../../../libs/wire/control-http.ts';
import { askController } from '../control-client.ts';
import { ControlledFleet } from '../controlled-fleet.ts';
import type { ShownTenant } from '../fleet.ts';

/**
 * Addresses that this machine does not have, and ports and paths that another process holds than the fleet's own
 * controller.
 */
export async function addressIssues(reading: GoodReading): Promise<Issue[]> {
  const { runDir, control, tenants } = reading.fleet;
  const holder = new Holder(control.socketPath);
  const issues = await metricsIssues(reading, holder);
  const faultOf = async ({ tenant, bind }: Place) => {
    const fault = await probe(bind, runDir);
    return fault?.code === 'SOCKET_IN_USE' && (await holder.serves(tenant, bind)) ? null : fault;
  };
  const doubtful: Place[] = [];
  for (const { id: tenant, listeners } of tenants.values()) {
    for (const { id, binds } of listeners) {
      for (const [at, bind] of binds.entries()) {
        // Its folder is the daemon's to make, and what answers there is the daemon.
        if (bind.kind === 'unix' && bind.path === tenantSocketPath(runDir, tenant, id)) continue;
        const place = { tenant, bind, path: ['listeners', id, 'bind', at] };
        if (await faultOf(place)) doubtful.push(place);
      }
    }
  }
  if (doubtful.length > 0) await sleep(handOverMs);
  for (const place of doubtful) {
    const fault = await faultOf(place);
    if (fault) issues.push(await machineIssue(reading, place, fault));
  }
  return issues;
}

/** An address that goes from one tenant to another, because the daemon has read the file too, is nobody's for a moment. */
const handOverMs = 500;

/** An address where the files name it. */
type Place = { readonly tenant: TenantId; readonly bind: Bind; readonly path: (string | number)[] };

async function metricsIssues(reading: GoodReading, holder: Holder): Promise<Issue[]> {
  const issues: Issue[] = [];
  for (const [at, bind] of reading.fleet.metrics.listen.entries()) {
    const fault = await probe(bind, reading.fleet.runDir);
    if (fault === null || (fault.code === 'SOCKET_IN_USE' && (await holder.hasMetricsAt(renderBind(bind)))))
      continue;
    const { code, message } = fault;
    const issue = { code, severity: 'error', message, path: `metrics.listen.${at}` } as const;
    issues.push({ ...(await placeIssue(reading, issue)), path: `metrics.listen[${at}]` });
  }
  return issues;
}

async function probe(bind: Bind, runDir: string): Promise<MpctlError | null> {
  // One that is too long is told of already.
  if (bind.kind === 'unix') return isTooLong(bind.path) ? null : probeUnix(bind.path, runDir);
  return bind.port === 0 ? null : probeTcp(bind);
}

const isTooLong = (path: string) => Buffer.byteLength(path) > maxSocketPathBytes;

/** The controller that runs, if one does. */
class Holder {
  readonly #socketPath: string;
  readonly #fleet: ControlledFleet;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
    this.#fleet = new ControlledFleet(socketPath);
  }

  hasMetricsAt(address: string): Promise<boolean> {
    return this.#ask(async () => {
      const { metrics } = await askController<ControlStatus>(this.#socketPath, 'GET', '/v1/status');
      return metrics.includes(address);
    });
  }

  /** Whether a tenant of the running fleet has it, most likely the one that shall. */
  serves(tenant: TenantId, bind: Bind): Promise<boolean> {
    return this.#ask(async () => {
      const names = (await this.#fleet.list()).map(({ name }) => name);
      const mayBe = [tenant, ...names.filter(name => name !== tenant)].filter(name => names.includes(name));
      for (const name of mayBe) if (holds(await this.#fleet.show(name), bind)) return true;
      return false;
    });
  }

  /** Who may not ask cannot tell that it is another. */
  async #ask(question: () => Promise<boolean>): Promise<boolean> {
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof MpctlError)) throw error;
      if (error.code === 'NO_CONTROLLER') return false;
      if (error.code === 'CONTROLLER_FORBIDDEN') return true;
      throw error;
    }
  }
}

function holds({ smtp, http, pop3, error }: ShownTenant, bind: Bind): boolean {
  const isWanted = [...smtp, ...http, ...pop3].includes(renderBind(bind));
  // One that it wants and could not have is named by its error.
  return isWanted && !error.includes(bind.kind === 'tcp' ? `port ${bind.port}` : bind.path);
}
