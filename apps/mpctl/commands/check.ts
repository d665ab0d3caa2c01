import { renderIssue } from '../../../libs/base/issue.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { allIssues } from '../files/all-issues.ts';
import type { Input } from '../input.ts';
import { printData, printJson, printNote } from '../print.ts';
import { renderCount } from '../render-amount.ts';

/** Holds the files against the schema and against this machine, all in one go; starts and changes nothing. */
export async function check(input: Input): Promise<ExitCode> {
  const { fleet, issues } = await allIssues(input.folders);
  const errors = issues.filter(({ severity }) => severity === 'error').length;
  for (const issue of issues) printNote(renderIssue(issue));
  const tenants = renderCount(fleet.tenants.size, 'tenant');
  const found = errors === 0 ? `${tenants}, no errors` : renderCount(errors, 'error');
  if (input.json) printJson({ issues });
  else printData(`${input.folders.configPath}: ${found}`);
  return errors === 0 ? exitCode.done : exitCode.badFile;
}
