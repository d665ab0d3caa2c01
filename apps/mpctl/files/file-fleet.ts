/** The fleet that the tenants file describes while no controller runs it. */
import { availableParallelism } from 'node:os';
import { MpctlError } from '../../../libs/base/error.ts';
import type { TenantId } from '../../../libs/base/ids.ts';
import { explain } from '../../../libs/reconcile/explain.ts';
import { nothingObserved } from '../../../libs/reconcile/observed.ts';
import { plan } from '../../../libs/reconcile/plan.ts';
import { renderBind } from '../../../libs/spec/bind.ts';
import type { FleetSpec, ListenerProtocol, TenantSpec } from '../../../libs/spec/tenant-spec.ts';
import type { DryRunReply, PlanReply } from '../../../libs/wire/control-http.ts';
import type {
  ChangedTenant,
  Edit,
  Fleet,
  ListedTenant,
  Removal,
  RemovedTenant,
  ShownTenant,
} from '../fleet.ts';
import type { Folders } from '../folders.ts';
import { Refusal } from '../refusal.ts';
import { readFiles } from './read-files.ts';

export class FileFleet implements Fleet {
  readonly #folders: Folders;

  constructor(folders: Folders) {
    this.#folders = folders;
  }

  async plan(): Promise<PlanReply> {
    const { fleet, issues } = await readFiles(this.#folders);
    if (!fleet) return { lines: [], held: '', issues };
    const shardCount = fleet.shards || availableParallelism();
    return { lines: explain(plan({ fleet, shardCount }, nothingObserved, 0)), held: '', issues };
  }

  async list(): Promise<readonly ListedTenant[]> {
    return [...(await this.#read()).tenants.values()].map(rowOf);
  }

  async show(name: string): Promise<ShownTenant> {
    const spec = (await this.#read()).tenants.get(name as TenantId);
    if (!spec) throw new Refusal('TENANT_NOT_FOUND', `there is no tenant ${name}`);
    return { ...changed(spec), row: rowOf(spec), counters: null, spec };
  }

  edit(_edit: Edit): Promise<ChangedTenant> {
    throw new MpctlError('NOT_BUILT', 'the file cannot be changed without a controller yet');
  }

  remove(_removal: Removal): Promise<RemovedTenant> {
    throw new MpctlError('NOT_BUILT', 'the file cannot be changed without a controller yet');
  }

  preview(_change: Edit | Removal): Promise<DryRunReply> {
    throw new MpctlError('NOT_BUILT', 'the file cannot be changed without a controller yet');
  }

  async #read(): Promise<FleetSpec> {
    const { fleet, issues } = await readFiles(this.#folders);
    if (!fleet) throw new Refusal('BAD_TENANTS_FILE', `${this.#folders.configPath} has errors`, issues);
    return fleet;
  }
}

function rowOf({ id, label }: TenantSpec): ListedTenant {
  const unknown = { uid: null, state: null, shard: null, messages: null, bytes: null, connections: null };
  return { name: id, label, error: '', ...unknown };
}

function changed(spec: TenantSpec): ChangedTenant {
  const bindsOf = (protocol: ListenerProtocol) =>
    spec.listeners
      .filter(listener => listener.protocol === protocol)
      .flatMap(({ binds }) => binds.map(renderBind));
  return {
    name: spec.id,
    uid: null,
    state: null,
    error: '',
    smtp: bindsOf('smtp'),
    http: bindsOf('http'),
    issues: [],
  };
}
