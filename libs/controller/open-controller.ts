/**
 * The controller: reads the tenants file, plans, and applies the plan to shard processes whose listening sockets it
 * holds. It never sees mail.
 *
 *     config.ts read, hold ─► loop.ts plan ─► fleet.ts sockets, steps ─► shards.ts processes
 *     running-controller.ts ties them together; control-door.ts is where it is asked
 */

import type { Issue } from '../base/issue.ts';
import { openControlServer } from '../control-api/control-server.ts';
import type { FleetSettings } from '../reconcile/diff-spec.ts';
import type { BindOptions } from '../sockets/bind-sockets.ts';
import { makeRunDir } from '../sockets/socket-folder.ts';
import { lockSocketPath, shardListPath } from '../spec/paths.ts';
import type { FleetSpec } from '../spec/tenant-spec.ts';
import { shardConfig } from '../wire/shard-channel.ts';
import { AcceptedFiles } from './accepted-files.ts';
import { keepCompiledCode } from './compiled-code.ts';
import { Config } from './config.ts';
import { ConfigWatch } from './config-watch.ts';
import { ControlAnswers } from './control-answers.ts';
import { ControlDoor } from './control-door.ts';
import type { Controller, ControllerOptions } from './controller.ts';
import { takeDataLock } from './data-lock.ts';
import { FallbackDoor } from './fallback-door.ts';
import { Fleet } from './fleet.ts';
import { holdAtStart } from './hold-at-start.ts';
import { Housekeeping } from './housekeeping.ts';
import { Loop } from './loop.ts';
import { MailKeeping } from './mail-keeping.ts';
import { MemorySaving } from './memory-saving.ts';
import { notifySystemd } from './notify-systemd.ts';
import { openDataDir } from './open-data-dir.ts';
import { ProxyKeeper } from './proxy-keeper.ts';
import { heldMessage, Reconciler } from './reconciler.ts';
import { replayJournals } from './replay-journals.ts';
import { takeRunLock } from './run-lock.ts';
import { RunningController } from './running-controller.ts';
import { endLeftovers } from './shards.ts';
import { SourceFiles } from './source-files.ts';
import { TenantEditor } from './tenant-editor.ts';
import { TenantFolders } from './tenant-folders.ts';

/** A start that takes longer than this can be asked about while it goes on. */
const slowStartMs = 10_000;

/** Fewer tenants have a shard again in a quarter of a second as it is. */
const defaultSpareFrom = 500;

/** How often it is looked whether there should be a spare process. */
const spareEveryMs = 5000;

/**
 * Starts the fleet and resolves when every listener answers, or is known to fail.
 * A tenants file with errors starts nothing: its issues come back.
 * @throws MpctlError DAEMON_RUNNING when another daemon holds the run folder
 */
export async function openController(options: ControllerOptions): Promise<Controller | readonly Issue[]> {
  const { log, environment } = options;
  const clock = Date.now;
  const config = new Config(
    options.config,
    { command: options.parseCommand, environment },
    new SourceFiles(),
  );
  const reading = await config.read();
  if (!config.take(reading, true, clock())) return reading.issues;
  config.begin();
  const { runDir, dataDir, trashMs } = config.good.fleet;

  await using opened = new AsyncDisposableStack();
  const memory = opened.use(new MemorySaving());
  makeRunDir(runDir);
  opened.use(await takeRunLock(lockSocketPath(runDir), process.pid));
  const { formerRunDir } = opened.use(await takeDataLock(dataDir, runDir));
  for (const dir of new Set([runDir, formerRunDir ?? runDir])) await endLeftovers(shardListPath(dir), log);
  const folders = opened.use(new TenantFolders(dataDir, trashMs));
  const accepted = new AcceptedFiles(dataDir);
  if (!options.confirmed) await holdAtStart(config, accepted, folders, clock());
  const { hostname, webGroup, control, log: logSpec } = config.good.fleet;
  log.configure(logSpec);
  const isOpen = openDataDir(dataDir);
  if (isOpen !== '') log.warn({ hint: `chmod 700 ${dataDir}` }, isOpen);
  if (config.state.state === 'held') log.warn({ ...config.state }, heldMessage);
  folders.trash.graceMs = config.good.fleet.trashMs;
  const api = options.publicSocketsOnly ? 'public' : 'private';
  // The lock is ours and the shards of the one before are gone: whoever still answers has nobody behind it.
  const bind: BindOptions = { runDir, webGroup, occupied: 'refuse', api };
  const kept = keepCompiledCode(dataDir, options.shardCommand.at(-1) ?? '');
  const fleet = new Fleet({
    bind,
    folders,
    shards: {
      command: { command: options.shardCommand, environment: { ...kept, ...environment } },
      listPath: shardListPath(runDir),
      log,
      clock,
    },
    config: shardConfig(
      { hostname, runDir, dataDir, log: logSpec },
      { appDir: options.appDir, accepts: api === 'public' ? 'controller' : 'shard' },
    ),
    spareFrom: options.spareFrom ?? defaultSpareFrom,
    log,
    clock,
  });
  const door = new ControlDoor(bind, log);
  const configure = async ({ log: spec, metrics, trashMs }: FleetSettings) => {
    log.configure(spec);
    folders.trash.graceMs = trashMs;
    fleet.shards.broadcast({ type: 'log', log: spec });
    await door.listenForMetrics(metrics.listen);
  };
  const loop = new Loop(fleet, { configure, working: () => memory.hurry(), clock, log });
  const keeper = opened.use(
    new ProxyKeeper({ programRoot: options.programRoot, mpctlVersion: options.version }, clock, log),
  );
  const fallback = opened.use(new FallbackDoor(bind, clock, log));
  const keepAccepted = () => {
    try {
      accepted.keep(config.good);
    } catch (error) {
      log.error({ error: (error as Error).message }, 'the next start will not know what runs now');
    }
  };
  const wanted = (spec: FleetSpec) => {
    keeper.want(spec);
    fallback.want(spec);
    keepAccepted();
  };
  const reconciler = new Reconciler(config, fleet, loop, options.cores, clock, log, wanted);
  const editor = new TenantEditor(reconciler, fleet);
  const mail = new MailKeeping({
    configPath: options.config.path,
    mpctlVersion: options.version,
    hands: fleet,
    shardCommand: { command: options.shardCommand, environment },
    folders,
    reading: () => config.good,
    adder: editor,
    clock,
  });
  const about = {
    version: options.version,
    configPath: options.config.path,
    startedAtMs: clock(),
    metricsAt: () => door.metricsAt,
  };
  const answers = new ControlAnswers(about, fleet, reconciler, editor, folders.trash, mail, keeper, clock);
  opened.use(door);
  await door.open(openControlServer(answers, log, about.configPath), control);
  await door.listenForMetrics(config.good.fleet.metrics.listen);

  const stayed = folders.settle(name => config.good.fleet.tenants.has(name), 'goes', clock());
  for (const { code, message } of stayed)
    log.error({ error: `${code}: ${message}` }, 'a folder stays where it is');
  await replayJournals(dataDir, { command: options.shardCommand, environment }, logSpec);
  reconciler.want();
  const patience = setTimeout(() => door.begin(), slowStartMs);
  await reconciler.settle();
  clearTimeout(patience);
  door.begin();
  const watch = opened.use(new ConfigWatch(config, () => reconciler.notice()));
  await watch.watchFolders();
  await notifySystemd(options.notifySocket, 'READY');
  const tend = (minute: number) => fleet.shards.broadcast({ type: 'tend', minute });
  const findLostSockets = () => fleet.findLostSockets();
  const { housekeepingCron: cron } = options;
  opened.use(await Housekeeping.start({ cron, tend, folders, findLostSockets, clock, log }));
  const keepSpare = () => {
    fleet.keepSpare().catch(error => log.error({ err: error }, 'no process could be made ready'));
  };
  const keepingSpare = setInterval(keepSpare, spareEveryMs);
  opened.defer(() => clearInterval(keepingSpare));
  const { size: tenants } = config.good.fleet.tenants;
  log.info({ config: options.config.path, runDir, dataDir, tenants }, 'serving');
  return new RunningController(options, { fleet, loop, reconciler, watch, keeper }, opened.move());
}
