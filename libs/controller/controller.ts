import type { Logger } from '../base/log.ts';
import type { HostFacts } from '../spec/resolve.ts';
import type { LogSpec } from '../spec/tenant-spec.ts';
import type { Environment } from './run-command.ts';

/** Which files, and what stands above them. */
export type ConfigSource = {
  /** The tenants file, absolute. */
  readonly path: string;
  readonly facts: HostFacts;
};

export type ControllerOptions = {
  readonly config: ConfigSource;
  /** Program and arguments of the short-lived parser of whole files, which prints a `ReadingJson`. */
  readonly parseCommand: readonly string[];
  /** Program and arguments of a shard; its index is added as the last one. */
  readonly shardCommand: readonly string[];
  /** Where the built inbox app lies. */
  readonly appDir: string;
  /** Takes the files as they are, though they look like an accident beside what ran last. */
  readonly confirmed: boolean;
  /** Of the parser and the shards. */
  readonly environment: Environment;
  /** Use no private Node API for listening sockets, as where it is missing. */
  readonly publicSocketsOnly: boolean;
  /** From so many tenants on a process is kept ready for the next shard that ends; null: where it is worth its memory. */
  readonly spareFrom: number | null;
  /** When to do what is done by the clock, as a cron expression; null: each thing in its own time. */
  readonly housekeepingCron: string | null;
  /** `NOTIFY_SOCKET` of systemd; null: nobody wants to know. */
  readonly notifySocket: string | null;
  /** Cores that shards may use; at least this many shards run. */
  readonly cores: number;
  readonly version: string;
  /** Where mpctl is installed. */
  readonly programRoot: string;
  readonly log: ConfigurableLogger;
};

/** The file says how to log, so that what logs before it is read changes later. */
export interface ConfigurableLogger extends Logger {
  configure(spec: LogSpec): void;
}

/** The running fleet. Closing it is {@link Controller.stop}. */
export interface Controller extends AsyncDisposable {
  readonly runDir: string;
  readonly controlSocket: string;
  /** Reads the files again (SIGHUP). Resolves when what they say is done, or is known to be bad or held. */
  reload(): Promise<void>;
  /**
   * Takes no new connection, lets mail in progress finish and ends everything within 10 s. A second call with `now`
   * cuts that short.
   */
  stop(when?: 'drained' | 'now'): Promise<void>;
}
