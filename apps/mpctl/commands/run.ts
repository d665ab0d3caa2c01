import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { MpctlError } from '../../../libs/base/error.ts';
import { takeDataLock } from '../../../libs/controller/data-lock.ts';
import { TenantFolders } from '../../../libs/controller/tenant-folders.ts';
import { type ConfigurableLogger, openLog, openLogFile } from '../../../libs/log/open-log.ts';
import { openAlone } from '../../../libs/shard/open-alone.ts';
import { renderBind } from '../../../libs/spec/bind.ts';
import { resolvePath } from '../../../libs/spec/paths.ts';
import type { LogSpec } from '../../../libs/spec/tenant-spec.ts';
import { type MailpitSettings, parseMailpitFlags } from '../alone/mailpit-flags.ts';
import { readAlone } from '../alone/read-alone.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { printNote } from '../print.ts';
import { UsageError } from '../usage-error.ts';

/** Mail in progress when it ends. */
const drainMs = 5000;

/** One sandbox in the foreground, in this process alone, told what to be by Mailpit's flags and variables. */
export async function runAlone({ args }: Input): Promise<ExitCode> {
  const stopped = new Promise<void>(resolve => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
  const settings = parseMailpitFlags(args, process.env);
  await using temporary = new AsyncDisposableStack();
  const dir = mkdtempSync(resolvePath(tmpdir(), 'mpctl-run-'));
  temporary.defer(() => rmSync(dir, { recursive: true }));
  const dataDir = dataFolder(settings);
  const { fleet, tenant } = await readAlone(settings, {
    configPath: resolvePath(process.cwd(), 'run'),
    runDir: dir,
    dataDir: dataDir ?? dir,
  });
  const log = openLogOf(settings);
  temporary.use(await takeDataLock(fleet.dataDir, fleet.runDir));
  const [uid] = await new TenantFolders(fleet.dataDir, 0).admit([tenant.id], Date.now());
  if (!uid || uid instanceof MpctlError) throw uid;
  await using _sandbox = await openAlone(
    fleet,
    tenant,
    uid,
    log,
    drainMs,
    resolvePath(process.argv[1] ?? '', '../inbox'),
    name => process.env[name],
  );
  for (const { protocol, binds } of tenant.listeners) {
    for (const bind of binds) log.info({ protocol, bind: renderBind(bind) }, 'listening');
  }
  if (fleet.dataDir === dir) log.warn({}, 'mail is kept in a temporary folder: it is gone when this ends');
  await stopped;
  return exitCode.done;
}

/** Where mail is kept: a folder, also by Mailpit's name for its database. Undefined: nobody said. */
function dataFolder(settings: MailpitSettings): string | undefined {
  const given = settings.get('MPCTL_DATA_DIR') ?? settings.get('MP_DATABASE');
  if (given === undefined) return undefined;
  const { value, from } = given;
  if (/^https?:/i.test(value)) throw new UsageError(`${from}: rqlite is not available`, 'name a folder');
  const path = resolvePath(process.cwd(), value);
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw new UsageError(`${from}: ${value} is a file, and mail is kept in a folder here`, 'name a folder');
  }
  return path;
}

/** Where no file can be written the lines go where they usually do, after a word about it. */
function openLogOf(settings: MailpitSettings): ConfigurableLogger {
  const path = settings.get('MP_LOG_FILE')?.value;
  if (path === undefined) return openLog(logSpec(settings), {});
  try {
    return openLog(
      { ...logSpec(settings), format: 'json' },
      {},
      openLogFile(resolvePath(process.cwd(), path)),
    );
  } catch (error) {
    printNote(`mpctl: cannot write ${path}: ${(error as Error).message}`);
    return openLog(logSpec(settings), {});
  }
}

function logSpec(settings: MailpitSettings): LogSpec {
  const isOn = (name: string) => /^(1|true|yes)$/i.test(settings.get(name)?.value ?? '');
  const level = isOn('MP_VERBOSE') ? 'debug' : isOn('MP_QUIET') ? 'error' : 'info';
  return { level, format: process.stderr.isTTY ? 'pretty' : 'json' };
}
