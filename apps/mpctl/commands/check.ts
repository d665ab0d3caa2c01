import { renderIssue } from '../../../libs/base/issue.ts';
import { isGood } from '../../../libs/controller/good-reading.ts';
import { machineIssues } from '../../../libs/controller/machine-issues.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { credentialIssues } from '../files/credential-issues.ts';
import { readFiles } from '../files/read-files.ts';
import type { Input } from '../input.ts';
import { printData, printJson, printNote } from '../print.ts';
import { proxyIssues } from '../read-proxy.ts';
import { renderCount } from '../render-amount.ts';

/** Holds the files against the schema and against this machine; starts and changes nothing. */
export async function check(input: Input): Promise<ExitCode> {
  const reading = await readFiles(input.folders);
  const issues = [...reading.issues];
  if (isGood(reading)) {
    issues.push(...(await machineIssues(reading)), ...(await credentialIssues(reading, Date.now())));
    if (reading.fleet.proxy.baseDomain !== '')
      issues.push(...(await proxyIssues(reading, reading.fleet)).issues);
  }
  const errors = issues.filter(({ severity }) => severity === 'error').length;
  for (const issue of issues) printNote(renderIssue(issue));
  const tenants = renderCount(reading.fleet?.tenants.size ?? 0, 'tenant');
  const found = errors === 0 ? `${tenants}, no errors` : renderCount(errors, 'error');
  if (input.json) printJson({ issues });
  else printData(`${input.folders.configPath}: ${found}`);
  return errors === 0 ? exitCode.done : exitCode.badFile;
}
