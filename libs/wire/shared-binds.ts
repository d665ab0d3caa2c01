import type { TenantId } from '../base/ids.ts';
import type { Bind, ListenerSpec } from '../spec/tenant-spec.ts';

/** Stands for `<runDir>/<tenant>/<listener>.sock`, so that thousands of tenants can share one object. */
const ownSocket: Bind = { kind: 'unix', path: '' };

export function isOwnSocket(bind: Bind): boolean {
  return bind.kind === 'unix' && bind.path === '';
}

/** The listener with each bind that differs between tenants by their names alone made the same for all of them. */
export function withSharedBinds(listener: ListenerSpec, tenant: TenantId): ListenerSpec {
  return { ...listener, binds: listener.binds.map(bind => sharedBind(bind, tenant, listener.id)) };
}

export function sharedBind(bind: Bind, tenant: TenantId, listenerId: string): Bind {
  return bind.kind === 'unix' && bind.path.endsWith(`/${tenant}/${listenerId}.sock`) ? ownSocket : bind;
}

/** Whether a listener's binds are these, which are shared already. */
export function hasSharedBinds(listener: ListenerSpec, tenant: TenantId, shared: readonly Bind[]): boolean {
  if (listener.binds.length !== shared.length) return false;
  return listener.binds.every((bind, at) =>
    isSameBind(sharedBind(bind, tenant, listener.id), shared[at] as Bind),
  );
}

function isSameBind(a: Bind, b: Bind): boolean {
  if (a.kind === 'unix') return b.kind === 'unix' && a.path === b.path;
  return b.kind === 'tcp' && a.host === b.host && a.port === b.port;
}
