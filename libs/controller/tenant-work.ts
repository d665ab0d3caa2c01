import assert from 'node:assert/strict';
import type { ShardIndex } from '../base/ids.ts';
import type { Placement, SocketRef } from '../wire/shard-channel.ts';
import { type BindPlace, bindsOf, type HostedTenant, refOf, type SocketChange } from './hosted-tenant.ts';
import type { SocketParcel } from './shard-process.ts';

/** A step on a tenant while it is carried out. */
export type TenantWork = {
  readonly tenant: HostedTenant;
  /** `open`: no shard has it · `change`: its shard keeps it · `move`: its shard closes it before another opens it. */
  readonly kind: 'open' | 'change' | 'move';
  readonly to: ShardIndex;
  readonly closed: readonly BindPlace[];
  readonly places: SocketChange['places'];
};

/** A tenant that no shard has is opened where it is placed, on all its sockets. */
export function openingOf(tenant: HostedTenant): TenantWork {
  const places = bindsOf(tenant.spec).map(place => ({ place, kept: null, moved: null }));
  return { tenant, kind: 'open', to: tenant.shard, closed: [], places };
}

/** The sockets that the shard does not have yet, as they are sent to it. */
export function parcelsOf({ tenant, kind, places }: TenantWork): SocketParcel[] {
  return places.flatMap(({ place, kept }, at) => {
    const socket = tenant.sockets[at];
    const isNew = kind !== 'change' || kept === null;
    return isNew && socket?.handle
      ? { message: { tenant: tenant.spec.id, socket: refOf(place) }, handle: socket.handle }
      : [];
  });
}

/** What the shard is told; `opened` are the sockets of {@link parcelsOf}. */
export function commandOf({ tenant, kind, closed }: TenantWork, opened: readonly SocketRef[]) {
  const { spec, uid } = tenant;
  if (kind === 'change') {
    return { type: 'change', spec, closed: closed.map(place => refOf(place)), opened } as const;
  }
  assert(uid !== null, `${spec.id} has no uid`);
  const placement: Placement = { uid, spec, sockets: opened };
  return { type: 'open', tenant: placement } as const;
}
