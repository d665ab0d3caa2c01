import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Refusal } from '../../../libs/base/refusal.ts';
import { version } from '../../../libs/base/version.ts';
import type { Controller } from '../../../libs/controller/controller.ts';
import { openController } from '../../../libs/controller/open-controller.ts';
import { openLog } from '../../../libs/log/open-log.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { hostFacts } from '../files/host-facts.ts';
import type { Input } from '../input.ts';
import { programRoot } from '../program-root.ts';
import { shardCommand } from '../shard-command.ts';

/**
 * How glibc shall give memory to shards: each block from 32 KiB on by itself, so that it goes back when it is freed. What
 * V8's compiler and sockets borrow in such blocks would else leave holes of 20 MB in every shard after a burst.
 */
const frugalMalloc = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: String(32 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(128 * 1024),
};

/** Runs the fleet until a signal ends it. */
export async function serve(input: Input): Promise<ExitCode> {
  const { folders } = input;
  // It idles nearly always: V8 gives back what a burst of work left on the heap only when it shall save memory.
  setFlagsFromString('--memory-saver-mode');
  const life = new Life();
  const logFormat = process.stderr.isTTY ? 'pretty' : 'json';
  const log = openLog({ level: 'info', format: logFormat }, {});
  const program = process.argv[1] ?? '';
  const opened = await openController({
    config: { path: folders.configPath, facts: hostFacts(folders, logFormat) },
    parseCommand: [process.execPath, program, 'parse-tenants'],
    shardCommand: shardCommand(),
    confirmed: input.has('confirm'),
    appDir: join(dirname(program), 'inbox'),
    environment: { ...frugalMalloc, ...process.env },
    publicSocketsOnly: process.env.MPCTL_PUBLIC_SOCKETS === '1',
    spareFrom: numberIn(process.env.MPCTL_SPARE_FROM),
    housekeepingCron: process.env.MPCTL_HOUSEKEEPING_CRON || null,
    notifySocket: process.env.NOTIFY_SOCKET || null,
    cores: availableParallelism(),
    version,
    programRoot: programRoot(),
    log,
  });
  if ('length' in opened) {
    const { allIssues } = await import('../files/all-issues.ts');
    const { issues } = await allIssues(folders);
    const message = `${folders.configPath} has errors: nothing was started`;
    throw new Refusal('BAD_TENANTS_FILE', message, issues.length > 0 ? issues : opened);
  }
  await life.of(opened, error => log.error({ error }, 'the files could not be read again'));
  return exitCode.done;
}

function numberIn(text = ''): number | null {
  return /^\d+$/.test(text) ? Number(text) : null;
}

/** Signals over the life of a controller: they count from the first moment on, before there is one. */
class Life {
  #controller: Controller | null = null;
  #stops = 0;
  #reloads = 0;
  #ended = Promise.withResolvers<void>();
  #reloadFailed: (error: unknown) => void = () => {};

  constructor() {
    process.on('SIGINT', () => this.#stop());
    process.on('SIGTERM', () => this.#stop());
    process.on('SIGHUP', () => this.#reload());
  }

  /** Resolves when the controller has stopped because a signal said so. */
  of(controller: Controller, reloadFailed: (error: unknown) => void): Promise<void> {
    this.#controller = controller;
    this.#reloadFailed = reloadFailed;
    if (this.#stops > 0) this.#end(controller);
    else if (this.#reloads > 0) this.#reload();
    return this.#ended.promise;
  }

  /** What came before there was a controller is done once there is one: its files may have been read before the signal. */
  #reload(): void {
    this.#reloads++;
    this.#controller?.reload().catch(this.#reloadFailed);
  }

  #stop(): void {
    this.#stops++;
    if (this.#controller) this.#end(this.#controller);
  }

  #end(controller: Controller): void {
    controller.stop(this.#stops > 1 ? 'now' : 'drained').then(this.#ended.resolve, this.#ended.reject);
  }
}
