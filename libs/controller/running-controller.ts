import type { Logger } from '../base/log.ts';
import type { ConfigWatch } from './config-watch.ts';
import type { Controller, ControllerOptions } from './controller.ts';
import type { Fleet } from './fleet.ts';
import type { Loop } from './loop.ts';
import { notifySystemd } from './notify-systemd.ts';
import type { ProxyKeeper } from './proxy-keeper.ts';
import type { Reconciler } from './reconciler.ts';

/** How long mail in progress may take when the daemon stops, and when what is left of the shards is killed. */
const drainMs = 8000;
const killAfterMs = 9500;

export type RunningParts = {
  readonly fleet: Fleet;
  readonly loop: Loop;
  readonly reconciler: Reconciler;
  readonly watch: ConfigWatch;
  readonly keeper: ProxyKeeper;
};

/** A fleet that runs, and how it ends. */
export class RunningController implements Controller {
  readonly #parts: RunningParts;
  readonly #notifySocket: string | null;
  readonly #log: Logger;
  readonly #opened: AsyncDisposable;
  #stopped: Promise<void> | null = null;

  /** `opened` is closed when the last shard is gone: the lock is freed last. */
  constructor({ notifySocket, log }: ControllerOptions, parts: RunningParts, opened: AsyncDisposable) {
    this.#parts = parts;
    this.#notifySocket = notifySocket;
    this.#log = log;
    this.#opened = opened;
  }

  get runDir(): string {
    return this.#parts.reconciler.config.good.fleet.runDir;
  }

  get controlSocket(): string {
    return this.#parts.reconciler.config.good.fleet.control.socketPath;
  }

  async reload(): Promise<void> {
    await notifySystemd(this.#notifySocket, 'RELOADING');
    await this.#parts.fleet.findLostSockets();
    await this.#parts.reconciler.apply(false);
    void this.#parts.keeper.retry();
    await notifySystemd(this.#notifySocket, 'READY');
  }

  stop(when: 'drained' | 'now' = 'drained'): Promise<void> {
    this.#stopped ??= this.#stop();
    if (when === 'now') this.#parts.fleet.shards.killAll();
    return this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(): Promise<void> {
    const { watch, loop, fleet } = this.#parts;
    this.#log.info({}, 'stopping');
    const loopEnded = loop.end();
    const killing = setTimeout(() => fleet.shards.killAll(), killAfterMs);
    await notifySystemd(this.#notifySocket, 'STOPPING');
    await watch[Symbol.asyncDispose]();
    await loopEnded;
    await fleet.stop(drainMs);
    clearTimeout(killing);
    await this.#opened[Symbol.asyncDispose]();
    this.#log.info({}, 'stopped');
  }
}
