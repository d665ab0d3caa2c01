/** A shard alone, without a controller: a test binds its sockets and speaks to it over its channel. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TenantId, TenantUid } from '../../libs/base/ids.ts';
import { bindSockets } from '../../libs/sockets/bind-sockets.ts';
import type { BoundSocket } from '../../libs/sockets/bound-socket.ts';
import { resolveTenant, tenantContext } from '../../libs/spec/resolve.ts';
import type { TenantSpec } from '../../libs/spec/tenant-spec.ts';
import { packPlacements } from '../../libs/wire/pack-placements.ts';
import {
  type FromShard,
  firstSocketFd,
  type Placement,
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
  #seq = 0;

  private constructor(child: ChildProcess) {
    this.child = child;
    child.on('message', message => this.received.push(message as FromShard));
  }

  /** Starts one that inherits the sockets of these tenants, and waits until it is ready. */
  static async start(tenants: readonly BoundTenant[], config: object = {}): Promise<ShardProcess> {
    const fds = tenants.flatMap(({ sockets }) => sockets.map(({ fd }) => fd)).sort((a, b) => a - b);
    const child = spawn(process.execPath, [main, '0'], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', ...fds],
    });
    const shard = new ShardProcess(child);
    shard.send({
      type: 'start',
      config: {
        wireVersion,
        shard: 0,
        hostname: 'mx.test',
        dataDir: '/nonexistent',
        appDir: '/nonexistent',
        log: { level: 'warn', format: 'json' },
        accepts: 'shard',
        ...config,
      },
      tenants: packPlacements(
        tenants.map((tenant, i) => placement(tenant, i, fd => fds.indexOf(fd) + firstSocketFd)),
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
    const place = placement(tenant, index, () => null);
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
    this.send({ type: 'close', seq: ++this.#seq, tenant: tenant.id, drainMs });
    await this.next('done');
  }

  async report(scope: 'totals' | 'all' | readonly TenantId[] = 'all') {
    this.send({ type: 'report', seq: ++this.#seq, scope });
    return (await this.next('report')).report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

function placement(tenant: BoundTenant, index: number, fdOf: (fd: number) => number | null): Placement {
  const refs: SocketRef[] = [];
  for (const { id, binds } of tenant.spec.listeners) {
    for (const bindIndex of binds.keys()) {
      const fd = fdOf(tenant.sockets[refs.length]?.fd ?? -1);
      refs.push({ listenerId: id, bindIndex, fd });
    }
  }
  return { uid: index.toString(16).padStart(16, '0') as TenantUid, spec: tenant.spec, sockets: refs };
}
