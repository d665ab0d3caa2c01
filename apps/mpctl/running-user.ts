import { homedir } from 'node:os';
import type { RunningUser } from '../../libs/spec/default-dirs.ts';

/** Whoever runs this process. */
export function runningUser(): RunningUser {
  return {
    uid: process.getuid?.() ?? 0,
    runtimeDir: process.env.XDG_RUNTIME_DIR || null,
    home: homedir(),
  };
}
