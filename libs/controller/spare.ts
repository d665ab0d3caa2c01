import type { Logger } from '../base/log.ts';
import type { BoundSocket } from '../sockets/bound-socket.ts';
import { firstSocketFd } from '../wire/shard-channel.ts';
import type { HostedTenant } from './hosted-tenant.ts';
import type { PlaceOf } from './inherited-sockets.ts';
import { identifyProcess, type ProcessIdentity } from './process-identity.ts';
import { type ShardCommand, ShardProcess } from './shard-process.ts';

/** Sockets that a spare lacks are sent to it when it is taken, one after the other: so many are no delay. */
const maxLacking = 256;

/** After one that ended by itself the next is started this much later. */
const retryMs = 60_000;

export type SpareOptions = {
  readonly command: ShardCommand;
  readonly log: Logger;
  readonly clock: () => number;
  /** What is kept for the next controller has changed. */
  readonly changed: () => void;
};

/** A spare that became a shard. */
export type TakenSpare = {
  readonly process: ShardProcess;
  readonly identity: ProcessIdentity | null;
  readonly placeOf: PlaceOf;
  /** What it inherited and does not need. */
  unused(used: ReadonlySet<number>): number[];
};

/**
 * A process with its program loaded and every listening socket at hand, to become the next shard that is started. That
 * leaves out of a killed shard's gap what does not depend on its tenants. Its end harms nobody.
 */
export class Spare {
  readonly #options: SpareOptions;
  #process: ShardProcess | null = null;
  #identity: ProcessIdentity | null = null;
  /** Socket → its descriptor there. */
  #places = new Map<BoundSocket, number>();
  #lacking = 0;
  #notBeforeMs = 0;
  #isOver = false;

  constructor(options: SpareOptions) {
    this.#options = options;
  }

  get process(): ShardProcess | null {
    return this.#process;
  }

  get identity(): ProcessIdentity | null {
    return this.#identity;
  }

  /** Starts one where there is none, or none that has nearly all sockets. */
  async keep(tenants: Iterable<HostedTenant>): Promise<void> {
    const { clock, changed } = this.#options;
    if (this.#process ? this.#lacking <= maxLacking : clock() < this.#notBeforeMs) return;
    await this.end();
    if (this.#isOver || this.#process) return;
    const process = this.#start(tenants);
    const identity = process.pid === null ? null : await identifyProcess(process.pid);
    if (this.#process !== process) return;
    this.#identity = identity;
    changed();
  }

  /** null: there is none. */
  take(): TakenSpare | null {
    const [process, identity, places] = [this.#process, this.#identity, this.#places];
    if (process?.state !== 'starting') return null;
    this.#forget();
    return {
      process,
      identity,
      placeOf: socket => places.get(socket),
      unused: used => [...places.values()].filter(fd => !used.has(fd)),
    };
  }

  /** So many were bound that it does not have. */
  lacks(sockets: number): void {
    this.#lacking += sockets;
  }

  /** Nobody listens on these any more: whoever waits there shall hear it. */
  drop(sockets: readonly (BoundSocket | null)[]): void {
    const fds: number[] = [];
    for (const socket of sockets) {
      const fd = socket ? this.#places.get(socket) : undefined;
      if (socket && fd !== undefined && this.#places.delete(socket)) fds.push(fd);
    }
    if (fds.length > 0) this.#process?.drop(fds);
  }

  /** None comes any more. Resolves when there is none. */
  async close(): Promise<void> {
    this.#isOver = true;
    await this.end();
  }

  /** Resolves when there is none. */
  async end(): Promise<void> {
    const process = this.#process;
    this.#forget();
    process?.kill();
    await process?.ended;
  }

  /**
   * Ports are left out: freed by a tenant they are another's at once. What is sent of them to a process that takes over
   * is little.
   */
  #start(tenants: Iterable<HostedTenant>): ShardProcess {
    const { command, log, clock, changed } = this.#options;
    const inherited: { readonly fd: number; readonly socket: BoundSocket }[] = [];
    for (const { sockets } of tenants) {
      for (const socket of sockets) {
        if (socket?.bind.kind === 'unix' && socket.fd >= 0) inherited.push({ fd: socket.fd, socket });
      }
    }
    inherited.sort((a, b) => a.fd - b.fd);
    const fds = inherited.map(({ fd }) => fd);
    const process = new ShardProcess('spare', command, fds, log, clock());
    this.#process = process;
    this.#lacking = 0;
    this.#places = new Map(inherited.map(({ socket }, at) => [socket, firstSocketFd + at]));
    process.onEnd = () => {
      if (this.#process !== process) return;
      this.#forget();
      this.#notBeforeMs = clock() + retryMs;
      changed();
    };
    return process;
  }

  #forget(): void {
    this.#process = this.#identity = null;
    this.#places = new Map();
  }
}
