import type { Socket } from 'node:net';
import { MpctlError } from '../base/error.ts';
import type { Logger } from '../base/log.ts';
import type { ControlServer } from '../control-api/control-server.ts';
import { acceptFrom } from '../sockets/accept.ts';
import { type BindOptions, bindSockets } from '../sockets/bind-sockets.ts';
import type { BoundSocket } from '../sockets/bound-socket.ts';
import { renderBind } from '../spec/bind.ts';
import type { Bind, FleetSpec, TcpBind } from '../spec/tenant-spec.ts';

const backlog = 511;

/** Where the control API is reached: its socket, and the addresses for Prometheus alone. */
export class ControlDoor implements AsyncDisposable {
  #server: ControlServer | null = null;
  readonly #options: BindOptions;
  readonly #log: Logger;
  #control: BoundSocket | null = null;
  #metrics: BoundSocket[] = [];
  readonly #begun = Promise.withResolvers<void>();

  constructor(options: BindOptions, log: Logger) {
    this.#options = options;
    this.#log = log;
  }

  /**
   * Listens from now on, and answers from {@link begin} on: who asks while the fleet starts waits for it.
   * @throws MpctlError when the socket cannot be bound.
   */
  async open(server: ControlServer, { socketPath, group }: FleetSpec['control']): Promise<void> {
    this.#server = server;
    const bound = await this.#bind({ kind: 'unix', path: socketPath }, group);
    if (bound instanceof MpctlError) throw bound;
    this.#control = bound;
    this.#accept(bound, false);
  }

  begin(): void {
    this.#begun.resolve();
  }

  /** Where it answers, as in the tenants file. */
  get metricsAt(): readonly string[] {
    return this.#metrics.map(({ bind }) => renderBind(bind));
  }

  /** Addresses that cannot be had are logged: the control socket has the metrics too. */
  async listenForMetrics(addresses: readonly TcpBind[]): Promise<void> {
    for (const bound of this.#metrics.splice(0)) await bound.close();
    for (const address of addresses) {
      const bound = await this.#bind(address, null);
      if (bound instanceof MpctlError) this.#log.error({ error: bound.message }, 'no metrics there');
      else {
        this.#metrics.push(bound);
        this.#accept(bound, true);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const bound of [this.#control, ...this.#metrics]) await bound?.close();
    await this.#server?.[Symbol.asyncDispose]();
  }

  async #bind(bind: Bind, group: string | null): Promise<BoundSocket | MpctlError> {
    const access = {
      owner: null,
      // Written out, so that the web server's group is not taken for it.
      group: group ?? String(process.getegid?.() ?? 0),
      mode: group === null ? 0o600 : 0o660,
      acl: [],
    };
    const [bound] = await bindSockets([{ bind, protocol: 'http', access, backlog }], this.#options);
    return bound ?? new MpctlError('SOCKET_BIND_FAILED', 'nothing was bound');
  }

  #accept(bound: BoundSocket, metricsOnly: boolean): void {
    const serve = (socket: Socket) => {
      socket.on('error', () => socket.destroy());
      this.#begun.promise.then(() => this.#server?.serve(socket, metricsOnly));
    };
    const acceptFailed = (error: string) => this.#log.error({ error }, 'a control connection was lost');
    if (bound.handle) acceptFrom(bound.handle, backlog, { accept: serve, acceptFailed });
    else bound.route(serve);
  }
}
