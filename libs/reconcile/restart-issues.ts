import type { Issue } from '../base/issue.ts';
import { diffFleet, type FleetSettings } from './diff-spec.ts';

/** What `file` says of the whole fleet and only a restart of the daemon brings about: warnings, one a key. */
export function restartIssues(running: FleetSettings, written: FleetSettings, file: string): Issue[] {
  return diffFleet(running, written)
    .filter(({ cost }) => cost === 'restart')
    .map(({ key, from, to }) => ({
      code: 'FLEET_NEEDS_RESTART',
      severity: 'warning',
      message: `waits for a restart of the daemon, which runs with ${from} instead of ${to}`,
      path: key,
      file,
    }));
}
