import type { BoundSocket } from '../sockets/bound-socket.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import { firstSocketFd, type Placement, type SocketRef } from '../wire/shard-channel.ts';
import type { HostedTenant } from './hosted-tenant.ts';

/** The descriptor that a process has of a socket; undefined: it has none. */
export type PlaceOf = (socket: BoundSocket) => number | undefined;

/**
 * The descriptors that a new process inherits, in ascending order: else the child has to move them out of each other's
 * way, and needs as many again.
 */
export function descriptorsOf(tenants: readonly HostedTenant[]): number[] {
  const fds: number[] = [];
  for (const { sockets } of tenants) {
    for (const socket of sockets) if (socket && socket.fd >= 0) fds.push(socket.fd);
  }
  return fds.sort((a, b) => a - b);
}

/** Where a process that inherited the descriptors finds sockets. */
export function placesIn(fds: readonly number[]): PlaceOf {
  const placeOf = new Map<number, number>();
  for (let at = 0; at < fds.length; at++) placeOf.set(fds[at] as number, firstSocketFd + at);
  return ({ fd }) => placeOf.get(fd);
}

/**
 * What a process is told about the tenants that it hosts first; `left` are those of which it lacks a socket. Somebody
 * waits for this, so it makes as little garbage as it can.
 */
export function placeTenants(
  tenants: readonly HostedTenant[],
  placeOf: PlaceOf,
): { readonly placements: readonly Placement[]; readonly left: readonly HostedTenant[] } {
  const placements: Placement[] = [];
  const left: HostedTenant[] = [];
  for (const tenant of tenants) {
    const { uid, spec } = tenant;
    if (uid === null) continue;
    const sockets = refsOf(spec, tenant.sockets, placeOf);
    if (sockets) placements.push({ uid, spec, sockets });
    else left.push(tenant);
  }
  return { placements, left };
}

/** null: one is lacking. */
function refsOf(spec: TenantSpec, sockets: HostedTenant['sockets'], placeOf: PlaceOf): SocketRef[] | null {
  const refs: SocketRef[] = [];
  let at = 0;
  for (const listener of spec.listeners) {
    for (let bindIndex = 0; bindIndex < listener.binds.length; bindIndex++, at++) {
      const socket = sockets[at];
      // Not bound, or closed by now as of a tenant on its way out; or nobody but this process can have it.
      if (!socket || socket.fd < 0) continue;
      const fd = placeOf(socket);
      if (fd === undefined) return null;
      refs.push({ listenerId: listener.id, bindIndex, fd });
    }
  }
  return refs;
}
