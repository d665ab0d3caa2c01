import { readdirSync } from 'node:fs';
import type { TenantId, TenantUid } from '../base/ids.ts';
import type { Issue } from '../base/issue.ts';
import { Refusal } from '../base/refusal.ts';
import type { ControlHost } from '../control-api/control-host.ts';
import type { SessionRecord } from '../mail/session-record.ts';
import type { TenantChange } from '../spec/edit-files.ts';
import { hideHashes } from '../spec/hide-hashes.ts';
import { damagedJournalDir } from '../spec/paths.ts';
import { pageAccess, pageUrl } from '../spec/published-page.ts';
import { tenantBinds } from '../spec/tenant-binds.ts';
import type {
  ApplyReply,
  ControlStatus,
  DryRunReply,
  PlanReply,
  RemovedReply,
  ShardStatus,
  TenantDetail,
  TenantReply,
  TenantRow,
} from '../wire/control-http.ts';
import type {
  BackupReply,
  ExportDone,
  ImportDone,
  RepairReply,
  RestoreBackup,
  RestoredReply,
} from '../wire/mail-work.ts';
import { idleStorage, type ShardReport, type TenantCounters, type TenantReport } from '../wire/report.ts';
import type { ReportScope } from '../wire/shard-channel.ts';
import type { Fleet } from './fleet.ts';
import type { HostedTenant } from './hosted-tenant.ts';
import { addKeeping, keptIssues } from './kept-limits.ts';
import type { MailKeeping } from './mail-keeping.ts';
import type { ProxyKeeper } from './proxy-keeper.ts';
import type { Reconciler } from './reconciler.ts';
import type { TenantEditor } from './tenant-editor.ts';
import type { Trash } from './trash.ts';

const nothing: TenantCounters = { accepted: 0, acceptedBytes: 0, rejected: 0, ignored: 0, deleted: 0 };

export type About = {
  readonly version: string;
  readonly configPath: string;
  readonly startedAtMs: number;
  /** See {@link ControlStatus.metrics}. */
  readonly metricsAt: () => readonly string[];
};

/** What the controller answers to the control API. */
export class ControlAnswers implements ControlHost {
  readonly #about: About;
  readonly #fleet: Fleet;
  readonly #reconciler: Reconciler;
  readonly #editor: TenantEditor;
  readonly #trash: Trash;
  readonly #mail: MailKeeping;
  readonly #keeper: ProxyKeeper;
  readonly #clock: () => number;

  constructor(
    about: About,
    fleet: Fleet,
    reconciler: Reconciler,
    editor: TenantEditor,
    trash: Trash,
    mail: MailKeeping,
    keeper: ProxyKeeper,
    clock: () => number,
  ) {
    this.#about = about;
    this.#fleet = fleet;
    this.#reconciler = reconciler;
    this.#editor = editor;
    this.#trash = trash;
    this.#mail = mail;
    this.#keeper = keeper;
    this.#clock = clock;
  }

  async status(): Promise<ControlStatus> {
    const { version, configPath, startedAtMs, metricsAt } = this.#about;
    const { config } = this.#reconciler;
    const { runDir, dataDir } = config.good.fleet;
    const { state, held, issues } = config.state;
    const shards = await Promise.all(this.#fleet.shards.all().map(slot => this.#shardStatus(slot)));
    const states: Partial<Record<string, number>> = {};
    for (const tenant of this.#fleet.tenants.values()) {
      const tenantState = this.#fleet.stateOf(tenant);
      states[tenantState] = (states[tenantState] ?? 0) + 1;
    }
    const nowMs = this.#clock();
    return {
      version,
      pid: process.pid,
      uptimeMs: nowMs - startedAtMs,
      runDir,
      dataDir,
      config: { path: configPath, state, ageMs: nowMs - config.loadedAtMs, held, issues },
      proxy: this.#keeper.status,
      tenants: { total: this.#fleet.tenants.size, states },
      connections: shards.reduce((sum, { connections }) => sum + connections, 0),
      totals: shards.map(({ totals }) => totals).reduce(addCounters, nothing),
      metrics: metricsAt(),
      damagedJournalParts: countDamagedParts(damagedJournalDir(dataDir)),
      shards,
      sparePid: this.#fleet.shards.spare.process?.pid ?? null,
      trash: this.#trash.list(),
    };
  }

  plan(): Promise<PlanReply> {
    return this.#reconciler.plan();
  }

  async apply(confirmed: boolean): Promise<ApplyReply> {
    await this.#fleet.findLostSockets();
    const reply = await this.#reconciler.apply(confirmed);
    if (reply.issues.some(({ severity }) => severity === 'error')) {
      throw new Refusal('BAD_TENANTS_FILE', 'the tenants file has errors: nothing was changed', reply.issues);
    }
    void this.#keeper.retry();
    return reply;
  }

  async retryProxy(): Promise<void> {
    await this.#keeper.retry();
  }

  async list(): Promise<TenantRow[]> {
    const reports = await this.#reports('all');
    const { tenants } = this.#fleet;
    // In the order of the files; behind them those that are on their way out.
    const names = new Set([...this.#reconciler.config.good.fleet.tenants.keys(), ...tenants.keys()]);
    const hosted = [...names].flatMap(name => tenants.get(name) ?? []);
    return hosted.map(tenant => this.#row(tenant, reports.get(tenant.spec.id)));
  }

  async show(name: string): Promise<TenantDetail> {
    const tenant = this.#find(name);
    const report = (await this.#reports([tenant.spec.id])).get(tenant.spec.id);
    const row = this.#row(tenant, report);
    return {
      ...this.#reply(tenant),
      issues: this.#issuesOf(tenant.spec.id),
      error: row.error,
      row,
      counters: report?.counters ?? nothing,
      spec: hideHashes(tenant.spec),
    };
  }

  async sessions(name: string): Promise<readonly SessionRecord[]> {
    const { spec, shard } = this.#find(name);
    return (await this.#fleet.shards.up(shard)?.sessions(spec.id)) ?? [];
  }

  async change(change: TenantChange): Promise<TenantReply | RemovedReply> {
    if (change.verb === 'remove') {
      const { uid } = this.#find(change.name);
      await this.#editor.change(change);
      return { name: change.name as TenantId, uid: uid as RemovedReply['uid'] };
    }
    await this.#editor.change(change);
    return this.#reply(this.#find(change.verb === 'rename' ? change.to : change.name));
  }

  async restore(name: string, uid: string | null): Promise<TenantReply> {
    const id = name as TenantId;
    if (this.#fleet.tenants.has(id)) {
      const hint = 'rename it first';
      throw new Refusal('TENANT_EXISTS', `there is a tenant ${name} already`, [], hint);
    }
    let told: readonly string[] = [];
    await this.#trash.restore(id, uid as TenantUid | null, async (set, limits) => {
      told = await addKeeping(name, set, limits, this.#editor);
    });
    return { ...this.#reply(this.#find(name)), issues: keptIssues(name, told) };
  }

  backup(dir: string): Promise<BackupReply> {
    return this.#mail.backup(dir);
  }

  restoreBackup(request: RestoreBackup): Promise<RestoredReply> {
    return this.#mail.restore(request);
  }

  exportMail(name: string, path: string, cancelled: AbortSignal): Promise<ExportDone> {
    return this.#mail.export(name, path, cancelled);
  }

  repair(name: string): Promise<RepairReply> {
    return this.#mail.repair(name);
  }

  importMail(name: string, path: string, allowPrune: boolean): Promise<ImportDone> {
    return this.#mail.import(name, path, allowPrune);
  }

  preview(change: TenantChange): Promise<DryRunReply> {
    return this.#editor.preview(change);
  }

  #find(name: string): HostedTenant {
    const tenant = this.#fleet.tenants.get(name as TenantId);
    if (!tenant) throw new Refusal('TENANT_NOT_FOUND', `there is no tenant ${name}`);
    return tenant;
  }

  #reply(tenant: HostedTenant): TenantReply {
    const { spec, uid, trouble } = tenant;
    return {
      name: spec.id,
      uid: uid as TenantReply['uid'],
      state: this.#fleet.stateOf(tenant),
      error: trouble,
      ...tenantBinds(spec),
      url: pageUrl(this.#reconciler.config.good.fleet.proxy, spec),
      access: pageAccess(spec),
      issues: [],
    };
  }

  /** What the files say of a tenant that cannot be, and why the web server does not publish it. */
  #issuesOf(id: TenantId): Issue[] {
    const path = `tenants.${id}`;
    const all = [...this.#reconciler.config.state.issues, ...(this.#keeper.status?.issues ?? [])];
    return all.filter(issue => issue.path === path || issue.path.startsWith(`${path}.`));
  }

  #row(tenant: HostedTenant, report: TenantReport | undefined): TenantRow {
    const { spec, uid, shard, trouble } = tenant;
    return {
      name: spec.id,
      uid: uid as TenantRow['uid'],
      state: this.#fleet.stateOf(tenant),
      error: trouble || (report?.error ?? ''),
      shard,
      label: spec.label,
      messages: report ? report.messages : 0,
      bytes: report ? report.bytes : 0,
      connections: report?.connections ?? 0,
    };
  }

  async #reports(scope: ReportScope): Promise<Map<TenantId, TenantReport>> {
    const asked = this.#fleet.shards.all().map(({ process }) => process?.report(scope) ?? null);
    const reports = (await Promise.all(asked)).flatMap(report => report?.tenants ?? []);
    return new Map(reports.map(report => [report.id, report]));
  }

  async #shardStatus({
    shard,
    process,
    restarts,
  }: ReturnType<Fleet['shards']['all']>[number]): Promise<ShardStatus> {
    const report: ShardReport | null = process?.state === 'up' ? await process.report('totals') : null;
    return {
      shard,
      state: process?.state ?? 'waiting',
      pid: process?.pid ?? null,
      uptimeMs: process ? this.#clock() - process.startedAtMs : 0,
      restarts,
      // The heartbeat brings none in the first second.
      rssBytes: process?.rssBytes || (report?.rssBytes ?? 0),
      longestBlockMs: process?.longestBlockMs ?? 0,
      tenants: this.#fleet.hostedBy(shard).length,
      connections: report?.connections ?? 0,
      totals: report?.totals ?? nothing,
      storage: report?.storage ?? idleStorage,
      tlsFaults: report?.tlsFaults ?? [],
    };
  }
}

/** Without what was cut off the ends of journals (`.cut`), as every process leaves it that is killed. */
function countDamagedParts(dir: string): number {
  try {
    return readdirSync(dir).filter(name => !name.endsWith('.cut')).length;
  } catch {
    // There is none until something is put there.
    return 0;
  }
}

function addCounters(a: TenantCounters, b: TenantCounters): TenantCounters {
  return {
    accepted: a.accepted + b.accepted,
    acceptedBytes: a.acceptedBytes + b.acceptedBytes,
    rejected: a.rejected + b.rejected,
    ignored: a.ignored + b.ignored,
    deleted: a.deleted + b.deleted,
  };
}
