import { randomBytes } from 'node:crypto';
import type { TenantHome } from '../tenant/tenant-home.ts';
import type { ShardConfig } from '../wire/shard-channel.ts';

export type HomeOptions = Pick<TenantHome, 'log' | 'totals' | 'env' | 'stateChanged'> & {
  readonly config: ShardConfig;
};

/** Opens what all tenants of a shard share. Loaded with the first tenant: an empty shard costs little more than a bare Node. */
export async function openHome({ config, log, totals, env, stateChanged }: HomeOptions): Promise<TenantHome> {
  const [
    { createSmtpEngine },
    { createPop3Engine },
    { createInboxEngine },
    { readAppFiles },
    { openMemoryStore },
    { createSlowWork },
    { createLoginChecker },
    { createCertificates },
  ] = await Promise.all([
    import('../smtp/smtp-engine.ts'),
    import('../pop3/pop3-engine.ts'),
    import('../inbox-api/inbox-engine.ts'),
    import('../inbox-api/app-files.ts'),
    import('../store/open-store.ts'),
    import('../slow-work/slow-work.ts'),
    import('../logins/login-checker.ts'),
    import('../certificates/certificates.ts'),
  ]);
  const slowWork = createSlowWork();
  const clock = Date.now;
  return {
    hostname: config.hostname,
    dataDir: config.dataDir,
    clock,
    random: randomBytes,
    log,
    store: openMemoryStore(clock),
    smtp: createSmtpEngine({ log, clock }),
    pop3: createPop3Engine({ log, clock }),
    inbox: await createInboxEngine({
      log,
      clock,
      app: readAppFiles(config.appDir),
    }),
    logins: createLoginChecker({ slowWork, clock }),
    certificates: createCertificates({ log, slowWork, clock }),
    env,
    totals,
    stateChanged,
  };
}
