import { MpctlError } from '../base/error.ts';
import type { TenantUid } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import { bindSockets } from '../sockets/bind-sockets.ts';
import type { BoundSocket } from '../sockets/bound-socket.ts';
import { hasPrivateApi } from '../sockets/node-handle.ts';
import { journalDir } from '../spec/paths.ts';
import type { FleetSpec, TenantSpec } from '../spec/tenant-spec.ts';
import { newTally } from '../tenant/tally.ts';
import { TenantWorker } from '../tenant/tenant-worker.ts';
import { shardConfig } from '../wire/shard-channel.ts';
import { openHome } from './open-home.ts';
import { tenantDirs } from './tenant-dirs.ts';

/** How often mail is looked for that has become too old. */
const tendMs = 60_000;

/**
 * One tenant in this process, without a controller: binds its sockets and serves them until it is disposed of, which lets
 * mail in progress come whole for `drainMs`. Throws what any of its sockets cannot be.
 */
export async function openAlone(
  fleet: FleetSpec,
  tenant: TenantSpec,
  uid: TenantUid,
  log: Logger,
  drainMs: number,
  appDir: string,
  env: (name: string) => string | undefined,
): Promise<AsyncDisposable> {
  await using undo = new AsyncDisposableStack();
  const { dataDir, webGroup, runDir } = fleet;
  const config = shardConfig(fleet, { appDir });
  const journals = { journalDir: journalDir(dataDir), clock: Date.now, log };
  const { needsReplay, replayJournals } = await import('../intake/open-intake.ts');
  if (await needsReplay(journals.journalDir)) await replayJournals(journals, tenantDirs(dataDir));
  const home = await openHome({ config, log, totals: newTally(), env, stateChanged: () => {} });
  undo.use(home.store);
  undo.use(home.inbox);
  const worker = new TenantWorker(home, uid, tenant);
  undo.defer(() => worker.close(drainMs));

  const wanted = tenant.listeners.flatMap(listener =>
    listener.binds.map((bind, bindIndex) => ({ listener, bind, bindIndex })),
  );
  const bound = await bindSockets(
    wanted.map(({ bind, listener: { protocol, access, backlog } }) => ({ bind, protocol, access, backlog })),
    { runDir, webGroup, occupied: 'refuse', api: hasPrivateApi ? 'private' : 'public' },
  );
  for (const socket of bound) if (!(socket instanceof MpctlError)) undo.defer(() => socket.close());
  wanted.forEach(({ listener, bindIndex }, index) => {
    const socket = bound[index];
    if (socket instanceof MpctlError) throw socket;
    if (socket) accept(worker, listener.id, bindIndex, socket);
  });
  const { error } = await worker.report();
  if (error !== '') throw new MpctlError('LISTEN_FAILED', error);
  const tending = setInterval(() => void worker.tend(true), tendMs);
  undo.defer(() => clearInterval(tending));
  return undo.move();
}

function accept(worker: TenantWorker, listenerId: string, bindIndex: number, socket: BoundSocket): void {
  if (socket.handle) worker.listen(listenerId, bindIndex, socket.handle);
  else socket.route(connection => worker.connected(listenerId, bindIndex, connection));
}
