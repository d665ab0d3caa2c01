/** The fleet that the tenants file describes while no controller runs it. Changes go through the controller's writer. */
import { availableParallelism } from 'node:os';
import type { TenantId, TenantUid } from '../../../libs/base/ids.ts';
import { Refusal } from '../../../libs/base/refusal.ts';
import { version } from '../../../libs/base/version.ts';
import { AcceptedFiles } from '../../../libs/controller/accepted-files.ts';
import { changeFiles, type EditableFiles, editAll, foresee } from '../../../libs/controller/change-files.ts';
import { type GoodReading, isGood } from '../../../libs/controller/good-reading.ts';
import { addKeeping, keptIssues, type TenantAdder } from '../../../libs/controller/kept-limits.ts';
import { LoneShard } from '../../../libs/controller/lone-shard.ts';
import { MailKeeping } from '../../../libs/controller/mail-keeping.ts';
import { SourceFiles } from '../../../libs/controller/source-files.ts';
import { Trash } from '../../../libs/controller/trash.ts';
import { openLog } from '../../../libs/log/open-log.ts';
import { diffLines } from '../../../libs/reconcile/diff-lines.ts';
import { explain } from '../../../libs/reconcile/explain.ts';
import { nothingObserved } from '../../../libs/reconcile/observed.ts';
import { plan } from '../../../libs/reconcile/plan.ts';
import type { TenantChange } from '../../../libs/spec/edit-files.ts';
import { hideHashes } from '../../../libs/spec/hide-hashes.ts';
import type { ProxySpec } from '../../../libs/spec/proxy-spec.ts';
import { pageAccess, pageUrl, publishedAccess } from '../../../libs/spec/published-page.ts';
import { type FleetReading, readFleet } from '../../../libs/spec/read-fleet.ts';
import type { SpecIo } from '../../../libs/spec/spec-io.ts';
import { tenantBinds } from '../../../libs/spec/tenant-binds.ts';
import type { FleetSpec, TenantSpec } from '../../../libs/spec/tenant-spec.ts';
import type { DryRunReply, PlanReply } from '../../../libs/wire/control-http.ts';
import type {
  BackupReply,
  ExportDone,
  ImportDone,
  RepairReply,
  RestoreBackup,
  RestoredReply,
} from '../../../libs/wire/mail-work.ts';
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
import { shardCommand } from '../shard-command.ts';
import { hostFacts } from './host-facts.ts';

export class FileFleet implements Fleet, EditableFiles {
  readonly path: string;
  readonly #folders: Folders;
  readonly #disk = new SourceFiles();
  readonly #adder: TenantAdder = {
    foresee: change => foresee(this, change),
    change: change => this.#change(change),
  };

  constructor(folders: Folders) {
    this.path = folders.configPath;
    this.#folders = folders;
  }

  async plan(): Promise<PlanReply> {
    return planOf(await this.#readFrom(this.#disk));
  }

  async list(): Promise<readonly ListedTenant[]> {
    return [...(await this.read()).fleet.tenants.values()].map(rowOf);
  }

  async show(name: string): Promise<ShownTenant> {
    const { fleet } = await this.read();
    const spec = tenantOf(fleet, name);
    return { ...changedOf(spec, fleet.proxy), row: rowOf(spec), counters: null, spec: hideHashes(spec) };
  }

  async edit(edit: Edit): Promise<ChangedTenant> {
    const { fleet } = await this.#change(edit);
    return changedOf(tenantOf(fleet, edit.verb === 'rename' ? edit.to : edit.name), fleet.proxy);
  }

  async remove(removal: Removal): Promise<RemovedTenant> {
    await this.#change(removal);
    return { name: removal.name as TenantId, uid: null };
  }

  async restore(name: string, uid: string | null): Promise<ChangedTenant> {
    const { dataDir, trashMs, tenants } = (await this.read()).fleet;
    if (tenants.has(name as TenantId))
      throw new Refusal('TENANT_EXISTS', `there is a tenant ${name} already`, [], 'rename it first');
    const trash = Trash.open(dataDir, trashMs);
    let told: readonly string[] = [];
    await trash.restore(name as TenantId, uid as TenantUid | null, async (set, limits) => {
      told = await addKeeping(name, set, limits, this.#adder);
    });
    const { fleet } = await this.read();
    return { ...changedOf(tenantOf(fleet, name), fleet.proxy), issues: keptIssues(name, told) };
  }

  backup(dir: string): Promise<BackupReply> {
    return this.#withMail(mail => mail.backup(dir));
  }

  restoreBackup(request: RestoreBackup): Promise<RestoredReply> {
    return this.#withMail(mail => mail.restore(request));
  }

  exportMail(name: string, path: string): Promise<ExportDone> {
    return this.#withMail(mail => mail.export(name, path));
  }

  repair(name: string): Promise<RepairReply> {
    return this.#withMail(mail => mail.repair(name));
  }

  importMail(name: string, path: string, allowPrune: boolean): Promise<ImportDone> {
    return this.#withMail(mail => mail.import(name, path, allowPrune));
  }

  async #withMail<T>(use: (mail: MailKeeping) => Promise<T>): Promise<T> {
    const reading = await this.read();
    const command = { command: shardCommand(), environment: process.env };
    const log = openLog({ level: 'warn', format: 'pretty' }, {});
    await using shard = await LoneShard.open(reading.fleet, command, log);
    return await use(
      new MailKeeping({
        configPath: this.path,
        mpctlVersion: version,
        hands: shard,
        shardCommand: command,
        folders: shard.folders,
        reading: () => reading,
        adder: this.#adder,
        clock: Date.now,
      }),
    );
  }

  async preview(change: TenantChange): Promise<DryRunReply> {
    const { edits, reading, refusals } = await editAll(this, await this.read(), [change]);
    if (refusals[0]) throw refusals[0];
    return {
      file: edits[0]?.path ?? this.path,
      diff: edits.flatMap(({ before, after }) => diffLines(before ?? '', after ?? '')),
      plan: planOf(reading),
      access: publishedAccess(reading.fleet, change.name),
    };
  }

  async read(): Promise<GoodReading> {
    const reading = await this.#readFrom(this.#disk);
    if (!isGood(reading)) {
      throw new Refusal('BAD_TENANTS_FILE', `${this.path} has errors`, reading.issues);
    }
    return reading;
  }

  readWith(texts: ReadonlyMap<string, string | null>, previous: GoodReading): Promise<FleetReading> {
    return this.#readFrom(this.#disk.with(texts), previous);
  }

  #readFrom(io: SpecIo, previous: GoodReading | null = null): Promise<FleetReading> {
    return readFleet({ file: this.path, io, facts: hostFacts(this.#folders, 'json'), previous });
  }

  async #change(change: TenantChange): Promise<GoodReading> {
    const [refusal] = await changeFiles(this, [change], ({ edits, reading }) =>
      new AcceptedFiles(reading.fleet.dataDir).follow(edits),
    );
    if (refusal) throw refusal;
    return this.read();
  }
}

/** From nothing, since nothing runs. */
function planOf({ fleet, issues }: FleetReading): PlanReply {
  if (!fleet) return { lines: [], held: '', issues };
  const shardCount = fleet.shards || availableParallelism();
  return { lines: explain(plan({ fleet, shardCount }, nothingObserved, 0)), held: '', issues };
}

function tenantOf(fleet: FleetSpec, name: string): TenantSpec {
  const spec = fleet.tenants.get(name as TenantId);
  if (!spec) throw new Refusal('TENANT_NOT_FOUND', `there is no tenant ${name}`);
  return spec;
}

function rowOf({ id, label }: TenantSpec): ListedTenant {
  const unknown = { uid: null, state: null, shard: null, messages: null, bytes: null, connections: null };
  return { name: id, label, error: '', ...unknown };
}

function changedOf(spec: TenantSpec, proxy: ProxySpec): ChangedTenant {
  return {
    name: spec.id,
    uid: null,
    state: null,
    error: '',
    ...tenantBinds(spec),
    url: pageUrl(proxy, spec),
    access: pageAccess(spec),
    issues: [],
  };
}
