import { readFileSync } from 'node:fs';

/** What this process may do with files of its own. */
export type Rights = {
  readonly uid: number;
  /** Groups that it may give a file to without any capability. */
  readonly gids: ReadonlySet<number>;
  /** May give a file to anybody. */
  readonly mayChown: boolean;
};

export function readRights(): Rights {
  const uid = process.geteuid?.() ?? 0;
  const gids = new Set([process.getegid?.() ?? 0, ...(process.getgroups?.() ?? [])]);
  return { uid, gids, mayChown: process.platform === 'linux' ? hasCapability(0) : uid === 0 };
}

/** `bit` as in capability.h: CAP_CHOWN is 0. Root in a container may lack it, a user may have it from systemd. */
function hasCapability(bit: number): boolean {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${mask}`) >> BigInt(bit)) & 1n) === 1n;
}
