/** Fleets as plans see them, for tests of this room and of the controller. */
import { parseTenantId, type TenantId } from '../base/ids.ts';
import type { ProxySpec } from '../spec/proxy-spec.ts';
import { resolveTenant, tenantContext } from '../spec/resolve.ts';
import type { FleetSpec, TenantSpec } from '../spec/tenant-spec.ts';
import { nothingObserved, type Observed, type ObservedShard, type ObservedTenant } from './observed.ts';
import { type Desired, type Plan, plan } from './plan.ts';

export function tenantId(name: string): TenantId {
  const id = parseTenantId(name);
  if (id === null) throw new Error(`not a tenant's name: ${name}`);
  return id;
}

export function tenantForTest(name: string, over: Partial<TenantSpec> = {}, runDir = '/run/t'): TenantSpec {
  const { spec } = resolveTenant(tenantId(name), null, tenantContext(runDir, '', {}).context);
  return { ...spec, ...over };
}

const noProxy: ProxySpec = {
  baseDomain: '',
  server: 'nginx',
  mode: 'wildcard',
  listen: [{ kind: 'tcp', host: '0.0.0.0', port: 80 }],
  tls: { certificate: null, key: null, listen: [] },
  outputDir: '/etc/nginx/mpctl',
  checkCommand: ['nginx', '-t'],
  reloadCommand: ['nginx', '-s', 'reload'],
  probeUrl: 'http://127.0.0.1:80/',
  apply: 'auto',
  defaultServer: false,
  acmeRoot: null,
  include: [],
  templatesDir: null,
};

export function fleetForTest(tenants: readonly TenantSpec[], over: Partial<FleetSpec> = {}): FleetSpec {
  return {
    runDir: '/run/t',
    dataDir: '/var/t',
    trashMs: 0,
    shards: 0,
    hostname: 'host.test',
    webGroup: 'www-data',
    control: { socketPath: '/run/t/.control.sock', group: null },
    log: { level: 'info', format: 'json' },
    metrics: { listen: [] },
    proxy: noProxy,
    tenants: new Map(tenants.map(tenant => [tenant.id, tenant])),
    ...over,
  };
}

/** What the world looks like when every step succeeded. */
export function applyPlan(observed: Observed, { steps }: Plan, { fleet }: Desired): Observed {
  const tenants = new Map<TenantId, ObservedTenant>(observed.tenants);
  const shards = new Map<number, ObservedShard>(observed.shards.map(shard => [shard.shard, shard]));
  for (const step of steps) {
    switch (step.kind) {
      case 'configure':
        break;
      case 'close':
        tenants.delete(step.tenant);
        break;
      case 'start-shard':
        shards.set(step.shard, { shard: step.shard, state: 'up', endedAtMs: 0, earlyEnds: 0 });
        break;
      case 'stop-shard':
        if ([...tenants.values()].some(tenant => tenant.shard === step.shard))
          throw new Error('still in use');
        shards.delete(step.shard);
        break;
      default: {
        const shard = step.kind === 'move' ? step.to : step.shard;
        if (!shards.has(shard)) throw new Error('no such shard');
        tenants.set(step.tenant.id, {
          spec: step.tenant,
          shard,
          webGroup: fleet.webGroup,
          busy: false,
          hasLeft: false,
          retryAtMs: null,
        });
      }
    }
  }
  return { fleet, shards: [...shards.values()], tenants };
}

/** What is when this was wanted and every step succeeded. */
export const reach = (want: Desired, from = nothingObserved) => applyPlan(from, plan(want, from, 0), want);
