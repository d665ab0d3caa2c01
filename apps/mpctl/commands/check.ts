import { type Issue, renderIssue } from '../../../libs/base/issue.ts';
import { resolveAccess } from '../../../libs/sockets/resolve-access.ts';
import type { FleetSpec } from '../../../libs/spec/tenant-spec.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { readFiles } from '../files/read-files.ts';
import type { Input } from '../input.ts';
import { printData, printJson, printNote } from '../print.ts';

/** Holds the files against the schema and against this machine; starts and changes nothing. */
export async function check(input: Input): Promise<ExitCode> {
  const { fleet, issues } = await readFiles(input.folders);
  const all = [...issues, ...(fleet ? await machineIssues(fleet) : [])];
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
async function machineIssues(fleet: FleetSpec): Promise<readonly Issue[]> {
  const wanted = [...fleet.tenants.values()].flatMap(tenant =>
    tenant.listeners
      .filter(({ binds }) => binds.some(({ kind }) => kind === 'unix'))
      .map(({ id, protocol, access }) => ({
        path: `tenants.${tenant.id}.listeners.${id}`,
        protocol,
        access,
      })),
  );
  const outcomes = await resolveAccess(wanted, fleet.webGroup);
  return outcomes.flatMap((outcome, index): Issue[] => {
    if (!(outcome instanceof Error)) return [];
    const { code, message, hint } = outcome;
    return [{ code, severity: 'error', message, path: wanted[index]?.path ?? '', ...(hint ? { hint } : {}) }];
  });
}
