import type { Drift } from './version-folder.ts';

const words = {
  edited: 'was edited',
  missing: 'was removed',
  foreign: 'was put there by somebody else',
} as const;

/** A line a file. */
export function describeDrift(drift: readonly Drift[]): string[] {
  return drift.map(({ path, kind }) => `${path} ${words[kind]}`);
}
