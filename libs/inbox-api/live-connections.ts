import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { InboxTenant } from './inbox-tenant.ts';

type Live = {
  readonly tenant: InboxTenant;
  readonly socket: Socket;
  /** Answers that are not yet written: one, or more when requests are pipelined. */
  readonly open: Set<ServerResponse>;
  /** Those of them that wait for earlier ones. */
  readonly waiting: Map<ServerResponse, () => void>;
  /** Ends a connection that has become something else than HTTP, e.g. a WebSocket. */
  leave: (() => void) | null;
  ending: boolean;
};

/** A client may ask so often before it has its first answer: none in use asks twice. */
const maxOpen = 100;

/** Who is connected to which tenant. Closing a listener ends no connection: this does. */
export class LiveConnections {
  readonly #bySocket = new WeakMap<Socket, Live>();
  readonly #byTenant = new Map<InboxTenant, Set<Live>>();

  add(socket: Socket, tenant: InboxTenant): void {
    const live: Live = { tenant, socket, open: new Set(), waiting: new Map(), leave: null, ending: false };
    this.#bySocket.set(socket, live);
    const all = this.#byTenant.get(tenant) ?? new Set();
    this.#byTenant.set(tenant, all.add(live));
    socket.once('close', () => {
      all.delete(live);
      if (all.size === 0) this.#byTenant.delete(tenant);
    });
  }

  tenantOf(socket: Socket): InboxTenant | undefined {
    return this.#bySocket.get(socket)?.tenant;
  }

  count(tenant: InboxTenant): number {
    return this.#byTenant.get(tenant)?.size ?? 0;
  }

  /** Notes that a request began; its end is noticed. */
  begin(request: IncomingMessage, response: ServerResponse): void {
    const live = this.#bySocket.get(request.socket);
    if (!live) return;
    live.open.add(response);
    if (live.ending) response.shouldKeepAlive = false;
    if (live.open.size > maxOpen) live.socket.destroy();
    response.once('close', () => {
      live.open.delete(response);
      const [next] = live.open;
      // The next one, and this one where it was never begun.
      for (const one of [response, next]) if (one) this.#goOn(live, one);
      if (live.ending && live.open.size === 0) live.socket.destroySoon();
    });
  }

  /** To be waited for before a request is begun: until those before it have their answers; null: there are none. */
  inOrder(request: IncomingMessage, response: ServerResponse): Promise<void> | null {
    const live = this.#bySocket.get(request.socket);
    const [first] = live?.open ?? [];
    if (!live || first === response || response.destroyed) return null;
    return new Promise(go => live.waiting.set(response, go));
  }

  #goOn({ waiting }: Live, response: ServerResponse): void {
    waiting.get(response)?.();
    waiting.delete(response);
  }

  /** Answers of a connection that are not yet written, oldest first. */
  openOf(socket: Socket): readonly ServerResponse[] {
    return [...(this.#bySocket.get(socket)?.open ?? [])];
  }

  /** From now on the connection is ended by `leave`. */
  upgraded(socket: Socket, leave: () => void): void {
    const live = this.#bySocket.get(socket);
    if (!live) return;
    live.leave = leave;
    if (live.ending) leave();
  }

  /** Ends the connections that there are: idle ones now, others after their answer or after `drainMs`. */
  async end(tenant: InboxTenant, drainMs: number): Promise<void> {
    const all = [...(this.#byTenant.get(tenant) ?? [])];
    for (const live of all) {
      live.ending = true;
      if (live.leave) live.leave();
      else if (live.open.size === 0) live.socket.destroySoon();
      for (const response of live.open) response.shouldKeepAlive = false;
    }
    const deadline = setTimeout(() => {
      for (const { socket } of all) socket.destroy();
    }, drainMs);
    await Promise.all(all.map(({ socket }) => socket.closed || once(socket, 'close')));
    clearTimeout(deadline);
  }

  destroyAll(): void {
    for (const all of this.#byTenant.values()) for (const live of all) live.socket.destroy();
  }
}
