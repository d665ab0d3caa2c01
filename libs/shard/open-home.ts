import { randomBytes } from 'node:crypto';
import type { Logger } from '../base/log.ts';
import type { Tally } from '../tenant/tally.ts';
import type { TenantHome } from '../tenant/tenant-home.ts';
import type { TenantReport } from '../wire/report.ts';
import type { ShardConfig } from '../wire/shard-channel.ts';

/** Opens what all tenants of a shard share. Loaded with the first tenant: an empty shard costs little more than a bare Node. */
export async function openHome(
  config: ShardConfig,
  log: Logger,
  totals: Tally,
  stateChanged: (report: TenantReport) => void,
): Promise<TenantHome> {
  const [{ createSmtpEngine }, { createInboxEngine }, { readAppFiles }, { openMemoryStore }] =
    await Promise.all([
      import('../smtp/smtp-engine.ts'),
      import('../inbox-api/inbox-engine.ts'),
      import('../inbox-api/app-files.ts'),
      import('../store/open-store.ts'),
    ]);
  const clock = Date.now;
  return {
    hostname: config.hostname,
    dataDir: config.dataDir,
    clock,
    random: randomBytes,
    log,
    store: openMemoryStore(clock),
    smtp: createSmtpEngine({ log, clock }),
    inbox: await createInboxEngine({
      log,
      clock,
      app: readAppFiles(config.appDir),
    }),
    totals,
    stateChanged,
  };
}
