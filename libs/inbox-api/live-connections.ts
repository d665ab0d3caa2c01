import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { InboxTenant } from './inbox-tenant.ts';

type Live = {
  readonly tenant: InboxTenant;
  readonly socket: Socket;
  /** Answers that are not yet written: one, or more when requests are pipelined. */
  readonly open: Set<ServerResponse>;
  /** Ends a connection that has become something else than HTTP, e.g. a WebSocket. */
  leave: (() => void) | null;
};

/** Who is connected to which tenant. Closing a listener ends no connection: this does. */
export class LiveConnections {
  readonly #bySocket = new WeakMap<Socket, Live>();
  readonly #byTenant = new Map<InboxTenant, Set<Live>>();
  /** Those that wait for a tenant's last connection to end. */
  readonly #ending = new Map<InboxTenant, (() => void)[]>();

  add(socket: Socket, tenant: InboxTenant): void {
    const live: Live = { tenant, socket, open: new Set(), leave: null };
    this.#bySocket.set(socket, live);
    const all = this.#byTenant.get(tenant) ?? new Set();
    this.#byTenant.set(tenant, all.add(live));
    socket.once('close', () => {
      all.delete(live);
      if (all.size > 0) return;
      this.#byTenant.delete(tenant);
      for (const done of this.#ending.get(tenant) ?? []) done();
      this.#ending.delete(tenant);
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
    if (this.#ending.has(live.tenant)) response.shouldKeepAlive = false;
    response.once('close', () => {
      live.open.delete(response);
      if (live.open.size === 0 && this.#ending.has(live.tenant)) live.socket.destroySoon();
    });
  }

  /** From now on the connection is ended by `leave`. */
  upgraded(socket: Socket, leave: () => void): void {
    const live = this.#bySocket.get(socket);
    if (live) live.leave = leave;
  }

  /** Ends idle connections now, others after their answer or after `drainMs`. Called again with less time, it hurries. */
  async end(tenant: InboxTenant, drainMs: number): Promise<void> {
    const all = this.#byTenant.get(tenant);
    if (!all) return;
    const waiting = this.#ending.get(tenant) ?? [];
    this.#ending.set(tenant, waiting);
    const none = new Promise<void>(resolve => waiting.push(resolve));
    for (const live of all) {
      if (live.leave) live.leave();
      else if (live.open.size === 0) live.socket.destroySoon();
      for (const response of live.open) response.shouldKeepAlive = false;
    }
    const deadline = setTimeout(() => {
      for (const live of all) live.socket.destroy();
    }, drainMs);
    await none;
    clearTimeout(deadline);
  }

  destroyAll(): void {
    for (const all of this.#byTenant.values()) for (const live of all) live.socket.destroy();
  }
}
