/** A shard alone, without a controller: a test binds its sockets and speaks to it over its channel. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TenantId, TenantUid } from '../../libs/base/ids.ts';
import { bindSockets } from '../../libs/sockets/bind-sockets.ts';
import type { BoundSocket } from '../../libs/sockets/bound-socket.ts';
import { tenantDataDir, tenantUidPath } from '../../libs/spec/paths.ts';
import { resolveTenant, tenantContext } from '../../libs/spec/resolve.ts';
import type { TenantSpec } from '../../libs/spec/tenant-spec.ts';
import { packPlacements } from '../../libs/wire/pack-placements.ts';
import {
  type FromShard,
  firstSocketFd,
  type Placement,
  type ShardConfig,
  type SocketRef,
  type ToShard,
  wireVersion,
} from '../../libs/wire/shard-channel.ts';

const main = join(import.meta.dirname, '../../apps/shard/main.ts');

export function tenantSpec(runDir: string, name: string, changes: Partial<TenantSpec> = {}): TenantSpec {
  const { spec } = resolveTenant(name as TenantId, null, tenantContext(runDir, '', {}).context);
  const access = { owner: null, group: null, mode: 0o600, acl: [] };
  const listeners = spec.listeners.map(listener => ({ ...listener, access }));
  return { ...spec, listeners, maxMessages: 0, maxMessageSizeBytes: 0, ...changes };
}

/** A tenant's sockets, bound here; they outlive shards. */
export type BoundTenant = { readonly spec: TenantSpec; readonly sockets: readonly BoundSocket[] };

export async function bindTenant(runDir: string, spec: TenantSpec): Promise<BoundTenant> {
  const requests = spec.listeners.flatMap(({ binds, protocol, access, backlog }) =>
    binds.map(bind => ({ bind, protocol, access, backlog })),
  );
  const options = { runDir, webGroup: 'no-such-group', occupied: 'refuse', api: 'private' } as const;
  const sockets = await bindSockets(requests, options);
  return {
    spec,
    sockets: sockets.map(socket => {
      if (socket instanceof Error) throw socket;
      return socket;
    }),
  };
}

export class ShardProcess implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly received: FromShard[] = [];
  readonly #dataDir: string;
  readonly #uids = new Map<TenantId, TenantUid>();
  #seq = 0;

  private constructor(child: ChildProcess, dataDir: string) {
    this.child = child;
    this.#dataDir = dataDir;
    child.on('message', message => this.received.push(message as FromShard));
  }

  /**
   * Starts one that inherits the sockets of these tenants, and waits until it is ready. Its data folder is a new one that
   * goes with it, unless `config` names another.
   */
  static async start(
    tenants: readonly BoundTenant[],
    config: Partial<ShardConfig> = {},
  ): Promise<ShardProcess> {
    const fds = tenants.flatMap(({ sockets }) => sockets.map(({ fd }) => fd)).sort((a, b) => a - b);
    const child = spawn(process.execPath, [main, '0'], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', ...fds],
    });
    const shard = new ShardProcess(child, config.dataDir ?? mkdtempSync(join(tmpdir(), 'mp-')));
    shard.send({
      type: 'start',
      config: {
        wireVersion,
        shard: 0,
        hostname: 'mx.test',
        runDir: shard.#dataDir,
        dataDir: shard.#dataDir,
        appDir: '/nonexistent',
        log: { level: 'warn', format: 'json' },
        accepts: 'shard',
        ...config,
      },
      tenants: packPlacements(
        tenants.map((tenant, i) => shard.#place(tenant, i, fd => fds.indexOf(fd) + firstSocketFd)),
      ),
    });
    await shard.next('ready');
    return shard;
  }

  send(message: ToShard, handle?: object): void {
    this.child.send(message, handle as never, { keepOpen: true });
  }

  /** The next message of a type; those that came before are taken first. */
  async next<Type extends FromShard['type']>(type: Type): Promise<Extract<FromShard, { type: Type }>> {
    for (;;) {
      const at = this.received.findIndex(message => message.type === type);
      if (at >= 0) return this.received.splice(at, 1)[0] as Extract<FromShard, { type: Type }>;
      await once(this.child, 'message');
    }
  }

  async open(tenant: BoundTenant, index: number): Promise<Extract<FromShard, { type: 'done' }>> {
    const seq = ++this.#seq;
    const place = this.#place(tenant, index, () => null);
    this.send({ type: 'open', seq, tenant: place });
    for (const [i, socket] of place.sockets.entries()) {
      const handle = tenant.sockets[i]?.handle ?? undefined;
      this.send({ type: 'socket', seq, tenant: tenant.spec.id, socket }, handle);
    }
    return this.next('done');
  }

  async change(spec: TenantSpec): Promise<Extract<FromShard, { type: 'done' }>> {
    this.send({ type: 'change', seq: ++this.#seq, spec, closed: [], opened: [] });
    return this.next('done');
  }

  async close(tenant: TenantSpec, drainMs = 0): Promise<void> {
    const uid = this.#uids.get(tenant.id) ?? ('0'.repeat(16) as TenantUid);
    this.send({ type: 'close', seq: ++this.#seq, tenant: tenant.id, uid, drainMs });
    await this.next('done');
  }

  async report(scope: 'totals' | 'all' | readonly TenantId[] = 'all') {
    this.send({ type: 'report', seq: ++this.#seq, scope });
    return (await this.next('report')).report;
  }

  /** A tenant with a folder, whose uid is made of `index`. */
  #place({ spec, sockets }: BoundTenant, index: number, fdOf: (fd: number) => number | null): Placement {
    const refs: SocketRef[] = [];
    for (const { id, binds } of spec.listeners) {
      for (const bindIndex of binds.keys()) {
        const fd = fdOf(sockets[refs.length]?.fd ?? -1);
        refs.push({ listenerId: id, bindIndex, fd });
      }
    }
    const uid = index.toString(16).padStart(16, '0') as TenantUid;
    this.#uids.set(spec.id, uid);
    mkdirSync(tenantDataDir(this.#dataDir, spec.id), { recursive: true });
    writeFileSync(tenantUidPath(this.#dataDir, spec.id), `${uid}\n`);
    return { uid, spec, sockets: refs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGKILL');
      await once(this.child, 'exit');
    }
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}
