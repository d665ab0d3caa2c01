import type { Logger } from '../base/log.ts';
import type { Intake } from '../intake/intake.ts';
import { journalDir } from '../spec/paths.ts';
import type { TenantHome } from '../tenant/tenant-home.ts';
import type { ShardConfig } from '../wire/shard-channel.ts';
import { pooledRandom } from './pooled-random.ts';
import { tenantDirs } from './tenant-dirs.ts';

export type HomeOptions = Pick<TenantHome, 'log' | 'totals' | 'env' | 'stateChanged'> & {
  readonly config: ShardConfig;
};

/** What a shard's tenants share, and more of it than they see. */
export type ShardHome = TenantHome & { readonly store: Intake };

/** The program that tenants need, and an empty shard does not: that costs little more than a bare Node. */
export function loadHome() {
  return Promise.all([
    import('../smtp/smtp-engine.ts'),
    import('../pop3/pop3-engine.ts'),
    import('../inbox-api/inbox-engine.ts'),
    import('../inbox-api/app-files.ts'),
    import('../intake/open-intake.ts'),
    import('../slow-work/slow-work.ts'),
    import('../slow-work/turns.ts'),
    import('../logins/login-checker.ts'),
    import('../certificates/certificates.ts'),
  ]);
}

/** Opens what all tenants of a shard share, with the first of them. */
export async function openHome({ config, log, totals, env, stateChanged }: HomeOptions): Promise<ShardHome> {
  const [
    { createSmtpEngine },
    { createPop3Engine },
    { createInboxEngine },
    { readAppFiles },
    { openIntake },
    { createSlowWork },
    { Turns },
    { createLoginChecker },
    { createCertificates },
  ] = await loadHome();
  const slowWork = createSlowWork();
  const turns = new Turns();
  const clock = Date.now;
  const { dataDir, shard } = config;
  return {
    hostname: config.hostname,
    runDir: config.runDir,
    dataDir,
    clock,
    random: pooledRandom(),
    log,
    store: await openIntake({
      ...{ journalDir: journalDir(dataDir), shard, clock, log, turns },
      tenantDirs: () => tenantDirs(dataDir),
    }),
    smtp: createSmtpEngine({ log, clock }),
    pop3: createPop3Engine({ log, clock }),
    inbox: await createInboxEngine({
      log,
      clock,
      turns,
      app: config.appDir === '' ? null : readApp(() => readAppFiles(config.appDir), log),
    }),
    logins: createLoginChecker({ slowWork, clock }),
    certificates: createCertificates({ log, slowWork, clock }),
    env,
    totals,
    stateChanged,
  };
}

/** A page that cannot be read is no reason to refuse mail: tenants get the one without a script then. */
function readApp<App>(read: () => App, log: Logger): App | null {
  try {
    return read();
  } catch (error) {
    log.error({ error: (error as Error).message }, 'the inbox page cannot be read: the plain one is served');
    return null;
  }
}
