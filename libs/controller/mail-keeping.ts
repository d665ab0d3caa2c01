import { MpctlError } from '../base/error.ts';
import type { TenantId } from '../base/ids.ts';
import { Refusal } from '../base/refusal.ts';
import { tenantDataDir } from '../spec/paths.ts';
import type {
  BackupReply,
  ExportDone,
  ImportDone,
  RepairReply,
  RestoreBackup,
  RestoredReply,
} from '../wire/mail-work.ts';
import type { GoodReading } from './good-reading.ts';
import type { TenantAdder } from './kept-limits.ts';
import type { MailHands } from './mail-hands.ts';
import { restoreBackup } from './restore-backup.ts';
import { runCommand } from './run-command.ts';
import { Serial } from './serial.ts';
import type { ShardCommand } from './shard-process.ts';
import type { TenantFolders } from './tenant-folders.ts';
import { writeBackup } from './write-backup.ts';

export type MailKeepingOptions = {
  /** The main tenants file. */
  readonly configPath: string;
  readonly mpctlVersion: string;
  readonly hands: MailHands;
  readonly shardCommand: ShardCommand;
  readonly folders: TenantFolders;
  /** What the files say of the tenants that are there. */
  readonly reading: () => GoodReading;
  readonly adder: TenantAdder;
  readonly clock: () => number;
};

/** What is done with all mail of tenants, whether a fleet runs or not. */
export class MailKeeping {
  readonly #options: MailKeepingOptions;
  /** One backup or restoration after the other: they use the same folders. */
  readonly #serial = new Serial();

  constructor(options: MailKeepingOptions) {
    this.#options = options;
  }

  backup(dir: string): Promise<BackupReply> {
    const { configPath, mpctlVersion, hands, reading, clock } = this.#options;
    return this.#serial.do(() =>
      writeBackup({ dir, configPath, mpctlVersion, hands, reading: reading(), nowMs: clock() }),
    );
  }

  restore(request: RestoreBackup): Promise<RestoredReply> {
    const { folders, hands, adder, clock, reading } = this.#options;
    const { dataDir } = reading().fleet;
    const specOf = (tenant: TenantId) => reading().fleet.tenants.get(tenant);
    return this.#serial.do(() => restoreBackup(request, { dataDir, folders, hands, adder, clock, specOf }));
  }

  export(name: string, path: string, cancelled?: AbortSignal): Promise<ExportDone> {
    return this.#options.hands.work(this.#find(name), { kind: 'export', path }, cancelled);
  }

  import(name: string, path: string, allowPrune: boolean): Promise<ImportDone> {
    return this.#options.hands.work(this.#find(name), { kind: 'import', path, allowPrune });
  }

  /** Nobody has the mailbox open meanwhile; who connects waits. The work is done in a process of its own. */
  async repair(name: string): Promise<RepairReply> {
    const tenant = this.#find(name);
    const { hands, reading, shardCommand } = this.#options;
    const dir = tenantDataDir(reading().fleet.dataDir, tenant);
    let reply: RepairReply | null = null;
    await hands.withClosed(tenant, async uid => {
      reply = { name: tenant, ...(await repairElsewhere(dir, shardCommand)) };
      return uid;
    });
    if (!reply) throw new MpctlError('REPAIR_FAILED', `${name} was not repaired`);
    return reply;
  }

  #find(name: string): TenantId {
    const tenant = this.#options.reading().fleet.tenants.get(name as TenantId);
    if (!tenant) throw new Refusal('TENANT_NOT_FOUND', `there is no tenant ${name}`);
    return tenant.id;
  }
}

async function repairElsewhere(
  dir: string,
  { command: [program = '', ...args], environment }: ShardCommand,
): Promise<Omit<RepairReply, 'name'>> {
  const printed = await runCommand(program, [...args, 'repair', dir], environment);
  if (printed === null) throw new MpctlError('REPAIR_FAILED', 'the process that repairs ended with an error');
  const { done, failure } = JSON.parse(printed);
  if (failure) throw new MpctlError(failure.code, failure.message, { hint: failure.hint });
  return done;
}
