import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Issue, renderIssue } from '../../../libs/base/issue.ts';
import { resolveAccess } from '../../../libs/sockets/resolve-access.ts';
import { accessAsks, machineIssue, samePathIssues } from '../../../libs/spec/machine-asks.ts';
import type { FleetReading } from '../../../libs/spec/read-fleet.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { readFiles } from '../files/read-files.ts';
import type { Input } from '../input.ts';
import { printData, printJson, printNote } from '../print.ts';

/** Holds the files against the schema and against this machine; starts and changes nothing. */
export async function check(input: Input): Promise<ExitCode> {
  const reading = await readFiles(input.folders);
  const { fleet, issues } = reading;
  const all = [...issues, ...(fleet ? await machineIssues(reading, fleet.webGroup) : [])];
  const errors = all.filter(({ severity }) => severity === 'error').length;
  for (const issue of all) printNote(renderIssue(issue));
  if (input.json) printJson({ issues: all });
  else
    printData(
      `${input.folders.configPath}: ${errors === 0 ? `${fleet?.tenants.size ?? 0} tenants, no errors` : `${errors} errors`}`,
    );
  return errors === 0 ? exitCode.done : exitCode.badFile;
}

/** Users, groups and rights that sockets want and this machine does not have. */
async function machineIssues(reading: FleetReading, webGroup: string): Promise<readonly Issue[]> {
  const asks = accessAsks(reading);
  const answers = await resolveAccess(asks, webGroup);
  const issues = asks.map((ask, index) => {
    const answer = answers[index];
    return answer instanceof Error ? [machineIssue(reading, ask, answer)] : [];
  });
  return [...(await Promise.all(issues.flat())), ...(await samePathIssues(reading, folderResolver()))];
}

/** Resolves the symlinks of a path's folder, as far as there is one yet. Each folder is looked at once. */
function folderResolver(): (path: string) => string {
  const known = new Map<string, string>();
  const resolveFolder = (dir: string): string => {
    const real = known.get(dir) ?? tryRealPath(dir) ?? join(resolveFolder(dirname(dir)), basename(dir));
    known.set(dir, real);
    return real;
  };
  return path => join(resolveFolder(dirname(path)), basename(path));
}

function tryRealPath(dir: string): string | null {
  try {
    return realpathSync(dir);
  } catch {
    return dirname(dir) === dir ? dir : null;
  }
}
