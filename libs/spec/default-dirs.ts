import { join } from 'node:path/posix';

/** The user that the daemon or the command runs as. */
export type RunningUser = {
  readonly uid: number;
  /** `$XDG_RUNTIME_DIR`; null when it is not set. */
  readonly runtimeDir: string | null;
  readonly home: string;
};

/** Folders where neither file nor flag names one: the system's for root, else under what the user may write. */
export function defaultDirs(user: RunningUser): { runDir: string; dataDir: string } {
  if (user.uid === 0) return { runDir: '/run/mailpit', dataDir: '/var/lib/mpctl' };
  const dataDir = join(user.home, '.local/state/mpctl');
  return {
    runDir: user.runtimeDir === null ? join(dataDir, '.run') : join(user.runtimeDir, 'mpctl'),
    dataDir,
  };
}
