import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { MpctlError } from '../../../libs/base/error.ts';
import { TenantFolders } from '../../../libs/controller/tenant-folders.ts';
import { openLog } from '../../../libs/log/open-log.ts';
import { openAlone } from '../../../libs/shard/open-alone.ts';
import { renderBind } from '../../../libs/spec/bind.ts';
import { resolvePath } from '../../../libs/spec/paths.ts';
import type { LogSpec } from '../../../libs/spec/tenant-spec.ts';
import { type MailpitSettings, parseMailpitFlags } from '../alone/mailpit-flags.ts';
import { readAlone } from '../alone/read-alone.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';

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
  const dataDir = settings.get('MPCTL_DATA_DIR')?.value;
  const { fleet, tenant } = await readAlone(settings, {
    configPath: resolvePath(process.cwd(), 'run'),
    runDir: dir,
    dataDir: dataDir === undefined ? dir : resolvePath(process.cwd(), dataDir),
  });
  const log = openLog(logSpec(settings), {});
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

function logSpec(settings: MailpitSettings): LogSpec {
  const isOn = (name: string) => /^(1|true|yes)$/i.test(settings.get(name)?.value ?? '');
  const level = isOn('MP_VERBOSE') ? 'debug' : isOn('MP_QUIET') ? 'error' : 'info';
  return { level, format: process.stderr.isTTY ? 'pretty' : 'json' };
}
