import { isDeepStrictEqual } from 'node:util';
import type { ShardIndex, TenantUid } from '../base/ids.ts';
import { usesWebGroup } from '../reconcile/diff-spec.ts';
import type { ObservedTenant } from '../reconcile/observed.ts';
import type { SocketRequest } from '../sockets/bind-sockets.ts';
import type { BoundSocket } from '../sockets/bound-socket.ts';
import type { ListenerSpec, TenantSpec } from '../spec/tenant-spec.ts';
import type { TenantReport, TenantState } from '../wire/report.ts';
import type { SocketRef } from '../wire/shard-channel.ts';

/** A tenant as the controller has it. Thousands are kept, so it holds nothing that can be computed. */
export class HostedTenant implements ObservedTenant {
  spec: TenantSpec;
  shard: ShardIndex;
  /** null: it has no folder yet. */
  uid: TenantUid | null = null;
  /** In the order of {@link bindsOf}; null: could not be bound. */
  sockets: readonly (BoundSocket | null)[] = [];
  webGroup = '';
  step: 'none' | 'opening' | 'changing' | 'closing' = 'none';
  hasLeft = false;
  /** Copies, archives and the like that its shard is busy with. */
  worksUnderWay = 0;
  retryAtMs: number | null = null;
  /** Why there is no folder, or sockets could not be bound; empty: all is well. */
  error = '';
  /** What its shard said when not all was well with it; null: it is. */
  failure: TenantReport | null = null;

  constructor(spec: TenantSpec, shard: ShardIndex) {
    this.spec = spec;
    this.shard = shard;
  }

  get busy(): boolean {
    return this.step !== 'none';
  }

  /** Code and sentence of what is wrong; empty when nothing is. */
  get trouble(): string {
    return this.error || this.failure?.error || '';
  }

  state(isShardUp: boolean): TenantState {
    if (this.step === 'opening' || this.step === 'closing') return this.step;
    if (this.sockets.every(socket => socket === null)) return 'failed';
    if (!isShardUp) return 'opening';
    if (this.failure) return this.failure.state;
    if (this.error !== '') return 'partial';
    return this.spec.suspended ? 'suspended' : 'listening';
  }
}

/** One bind of one listener. */
export type BindPlace = { readonly listener: ListenerSpec; readonly bindIndex: number };

/** All binds of a tenant, listener by listener. */
export function bindsOf(spec: TenantSpec): BindPlace[] {
  return spec.listeners.flatMap(listener => listener.binds.map((_, bindIndex) => ({ listener, bindIndex })));
}

export function requestOf({ listener, bindIndex }: BindPlace): SocketRequest {
  const { protocol, access, backlog, binds } = listener;
  const bind = binds[bindIndex];
  if (!bind) throw new Error(`${listener.id} has no bind ${bindIndex}`);
  return { bind, protocol, access, backlog };
}

export function refOf({ listener, bindIndex }: BindPlace, fd: number | null = null): SocketRef {
  return { listenerId: listener.id, bindIndex, fd };
}

/** What becomes of a tenant's sockets under a spec and a web server's group. */
export type SocketChange = {
  /** Where nobody listens any more; `socket` null: it is another place's now. */
  readonly closed: readonly { readonly place: BindPlace; readonly socket: BoundSocket | null }[];
  /**
   * The new binds in order, with the sockets that stay, or that another listener of the tenant gives up; both null: to be
   * bound.
   */
  readonly places: readonly {
    readonly place: BindPlace;
    readonly kept: BoundSocket | null;
    readonly moved: BoundSocket | null;
  }[];
};

/** A socket stays where nothing about it changes, and its path still leads to it. */
export function socketChange(tenant: HostedTenant, next: TenantSpec, webGroup: string): SocketChange {
  const { spec, sockets } = tenant;
  const before = bindsOf(spec).map((place, at) => ({ place, socket: sockets[at] ?? null }));
  const stay = bindsOf(next).map(place => {
    const old = before.find(({ place: { listener, bindIndex } }) => {
      return listener.id === place.listener.id && bindIndex === place.bindIndex;
    });
    const isRegrouped = webGroup !== tenant.webGroup && usesWebGroup(place.listener);
    const stays = old && !isRegrouped && isDeepStrictEqual(requestOf(old.place), requestOf(place));
    return { place, kept: stays && !old.socket?.isLost ? old.socket : null };
  });
  const left = before.filter(({ socket }) => socket !== null && !stay.some(({ kept }) => kept === socket));
  const free = new Set(left);
  const places = stay.map(({ place, kept }) => {
    const given = kept === null ? [...free].find(old => isSamePort(old.place, place)) : undefined;
    if (given) free.delete(given);
    return { place, kept, moved: given?.socket ?? null };
  });
  const closed = left.map(old => ({ place: old.place, socket: free.has(old) ? old.socket : null }));
  return { closed, places };
}

/** A port that is given up and bound anew would be busy as long as its shard has not heard of it. */
function isSamePort(a: BindPlace, b: BindPlace): boolean {
  const [one, other] = [requestOf(a), requestOf(b)];
  return one.bind.kind === 'tcp' && isDeepStrictEqual(one.bind, other.bind) && one.backlog === other.backlog;
}
