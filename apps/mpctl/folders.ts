import { existsSync } from 'node:fs';
import { resolvePath } from '../../libs/spec/paths.ts';

/** Where the command line and the environment say that things are; null: the tenants file or a default decides. */
export type Folders = {
  /** The tenants file, absolute. */
  readonly configPath: string;
  readonly runDir: string | null;
  readonly dataDir: string | null;
};

type Chosen = {
  readonly config: string | null;
  readonly runDir: string | null;
  readonly dataDir: string | null;
};

const systemConfigPath = '/etc/mpctl/tenants.yaml';

/** Options win over `MPCTL_*`, these over the places where a tenants file usually lies. */
export function findFolders(options: Chosen, env: NodeJS.ProcessEnv, cwd: string): Folders {
  const given = (option: string | null, variable: string | undefined): string | null => {
    const path = option ?? (variable || null);
    return path === null ? null : resolvePath(cwd, path);
  };
  const usual = () => (existsSync(systemConfigPath) ? systemConfigPath : resolvePath(cwd, 'tenants.yaml'));
  return {
    configPath: given(options.config, env.MPCTL_CONFIG) ?? usual(),
    runDir: given(options.runDir, env.MPCTL_RUN_DIR),
    dataDir: given(options.dataDir, env.MPCTL_DATA_DIR),
  };
}
