import type { Logger } from '../base/log.ts';
import type { TenantFolders } from './tenant-folders.ts';

export type HousekeepingOptions = {
  /** Instead of the schedules below; null: these. */
  readonly cron: string | null;
  /** Tells all shards which minute of the hour it is. */
  readonly tend: (minute: number) => void;
  readonly folders: TenantFolders;
  readonly findLostSockets: () => Promise<void>;
  readonly clock: () => number;
  readonly log: Logger;
};

/** Tenants' old mail goes and lost sockets come back every minute, … */
const everyMinute = '* * * * *';
/** … and folders from the trash four times an hour. */
const everyQuarter = '7,22,37,52 * * * *';

/** Does by the clock what nobody asks for. Loads what keeps the schedule when the fleet is up: nobody waits for it. */
export class Housekeeping implements AsyncDisposable {
  readonly #stop: () => void;

  private constructor(stop: () => void) {
    this.#stop = stop;
  }

  static async start({
    cron,
    tend,
    folders,
    findLostSockets,
    clock,
    log,
  }: HousekeepingOptions): Promise<Housekeeping> {
    const { schedule } = await import('node-cron');
    const options = { noOverlap: true, unref: true, suppressMissedWarning: true } as const;
    const purge = async () => {
      try {
        for (const uid of await folders.trash.purge(clock()))
          log.info({ uid }, 'the trash let go of a tenant');
      } catch (error) {
        log.error({ err: error }, 'the trash could not be emptied');
      }
    };
    const tasks = [
      schedule(cron ?? everyMinute, ({ date }) => tend(date.getMinutes()), options),
      schedule(cron ?? everyMinute, findLostSockets, options),
      schedule(cron ?? everyQuarter, purge, options),
    ];
    void purge();
    return new Housekeeping(() => {
      for (const task of tasks) void task.stop();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
  }
}
