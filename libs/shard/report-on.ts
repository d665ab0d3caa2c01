import type { TenantId } from '../base/ids.ts';
import type { TenantWorker } from '../tenant/tenant-worker.ts';
import {
  idleStorage,
  type ShardReport,
  type StorageReport,
  type TenantReport,
  type TenantState,
} from '../wire/report.ts';
import type { ReportScope } from '../wire/shard-channel.ts';
import type { ShardHome } from './open-home.ts';

type Tenants = ReadonlyMap<TenantId, TenantWorker>;

/** What a shard knows of itself. */
type About = Pick<ShardReport, 'shard' | 'longestBlockMs' | 'totals'> & { readonly startedAtMs: number };

/** How a shard and its tenants are. `home` null: it has had no tenant yet. */
export async function reportOn(
  { startedAtMs, totals, ...about }: About,
  tenants: Tenants,
  home: ShardHome | null,
  scope: ReportScope,
): Promise<ShardReport> {
  const workers = [...tenants.values()];
  const states: Partial<Record<TenantState, number>> = {};
  for (const { state } of workers) states[state] = (states[state] ?? 0) + 1;
  return {
    ...about,
    pid: process.pid,
    uptimeMs: Math.round(performance.now() - startedAtMs),
    rssBytes: process.memoryUsage.rss(),
    connections: workers.reduce((sum, { connections }) => sum + connections, 0),
    states,
    totals: { ...totals },
    storage: storageOf(home, workers),
    tlsFaults: await tlsFaults(workers),
    tenants: await tenantReports(tenants, scope),
  };
}

async function tlsFaults(workers: readonly TenantWorker[]): Promise<TenantId[]> {
  const inTls = workers.filter(({ spec }) => spec.listeners.some(({ tls }) => tls !== 'none'));
  const faults = await Promise.all(inTls.map(worker => worker.tlsFaults()));
  return inTls.flatMap(({ spec }, at) => (faults[at]?.length ? [spec.id] : []));
}

function storageOf(home: ShardHome | null, workers: readonly TenantWorker[]): StorageReport {
  if (!home) return idleStorage;
  const { failures, ...status } = home.store.status;
  const named = failures.flatMap(({ uid, error }) => {
    const worker = workers.find(worker => worker.uid === uid);
    return worker ? { tenant: worker.spec.id, error } : [];
  });
  return { ...status, failures: named };
}

/** `all` leaves out those of which there is nothing to tell, and opens no mailbox. */
function tenantReports(tenants: Tenants, scope: ReportScope): Promise<TenantReport[]> {
  if (scope === 'totals') return Promise.resolve([]);
  if (scope !== 'all') return Promise.all(scope.flatMap(id => tenants.get(id)?.report() ?? []));
  const reports: Promise<TenantReport>[] = [];
  for (const worker of tenants.values()) {
    const isStored = worker.hasStoredMail;
    if (isStored || !worker.isIdle) reports.push(worker.report({ looks: false, isStored }));
  }
  return Promise.all(reports);
}
