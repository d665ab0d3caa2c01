import type { SessionRecord } from '../../libs/mail/session-record.ts';
import type { TenantChange } from '../../libs/spec/edit-files.ts';
import type {
  DryRunReply,
  PlanReply,
  RemovedReply,
  TenantDetail,
  TenantReply,
  TenantRow,
} from '../../libs/wire/control-http.ts';
import type {
  BackupReply,
  ExportDone,
  ImportDone,
  RepairReply,
  RestoreBackup,
  RestoredReply,
} from '../../libs/wire/mail-work.ts';
import { askController } from './control-client.ts';
import type { Edit, Fleet, Removal } from './fleet.ts';

/** The fleet of the controller behind a control socket. */
export class ControlledFleet implements Fleet {
  readonly #socketPath: string;
  readonly #heardConfig: (path: string) => void;

  /** `heardConfig` is told which tenants file the controller runs. */
  constructor(socketPath: string, heardConfig: (path: string) => void = () => {}) {
    this.#socketPath = socketPath;
    this.#heardConfig = heardConfig;
  }

  plan(): Promise<PlanReply> {
    return askController(this.#socketPath, 'POST', '/v1/plan');
  }

  list(): Promise<readonly TenantRow[]> {
    return askController(this.#socketPath, 'GET', '/v1/tenants');
  }

  show(name: string): Promise<TenantDetail> {
    return askController(this.#socketPath, 'GET', tenantPath(name));
  }

  /** What was said in a tenant's last SMTP sessions, oldest first. */
  sessions(name: string): Promise<readonly SessionRecord[]> {
    return askController(this.#socketPath, 'GET', `${tenantPath(name)}/sessions`);
  }

  edit(edit: Edit): Promise<TenantReply> {
    return this.#send(edit, '');
  }

  remove(removal: Removal): Promise<RemovedReply> {
    return this.#send(removal, '');
  }

  restore(name: string, uid: string | null): Promise<TenantReply> {
    return askController(
      this.#socketPath,
      'POST',
      `${tenantPath(name)}/restore`,
      uid === null ? {} : { uid },
    );
  }

  backup(dir: string): Promise<BackupReply> {
    return askController(this.#socketPath, 'POST', '/v1/backup', { dir });
  }

  restoreBackup(request: RestoreBackup): Promise<RestoredReply> {
    return askController(this.#socketPath, 'POST', '/v1/restore', request);
  }

  exportMail(name: string, path: string): Promise<ExportDone> {
    return askController(this.#socketPath, 'POST', `${tenantPath(name)}/export`, { path });
  }

  repair(name: string): Promise<RepairReply> {
    return askController(this.#socketPath, 'POST', `${tenantPath(name)}/repair`);
  }

  importMail(name: string, path: string, allowPrune: boolean): Promise<ImportDone> {
    return askController(this.#socketPath, 'POST', `${tenantPath(name)}/import`, { path, allowPrune });
  }

  preview(change: TenantChange): Promise<DryRunReply> {
    return this.#send(change, '?dryRun=1');
  }

  #send<Reply>(change: TenantChange, query: string): Promise<Reply> {
    const { method, path, body } = requestOf(change);
    return askController(this.#socketPath, method, `${path}${query}`, body, this.#heardConfig);
  }
}

const tenantPath = (name: string) => `/v1/tenants/${encodeURIComponent(name)}`;

function requestOf(change: TenantChange) {
  const path = tenantPath(change.name);
  switch (change.verb) {
    case 'add': {
      const { name, set } = change;
      return { method: 'POST', path: '/v1/tenants', body: { name, set } } as const;
    }
    case 'set': {
      const { set, unset } = change;
      return { method: 'PATCH', path, body: { set, unset } } as const;
    }
    case 'rename':
      return { method: 'POST', path: `${path}/rename`, body: { to: change.to } } as const;
    case 'passwd': {
      const { user, secret, lists } = change;
      return { method: 'POST', path: `${path}/passwd`, body: { user, secret, lists } } as const;
    }
    case 'suspend':
    case 'resume':
      return { method: 'POST', path: `${path}/${change.verb}`, body: undefined } as const;
    case 'remove':
      return { method: 'DELETE', path, body: undefined } as const;
  }
}
