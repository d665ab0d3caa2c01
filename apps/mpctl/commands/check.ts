import { type Issue, renderIssue } from '../../../libs/base/issue.ts';
import type { GoodReading } from '../../../libs/controller/good-reading.ts';
import { machineIssues } from '../../../libs/controller/machine-issues.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { credentialIssues } from '../files/credential-issues.ts';
import { readDraftOfFiles } from '../files/read-files.ts';
import type { Input } from '../input.ts';
import { printData, printJson, printNote } from '../print.ts';
import { proxyIssues } from '../read-proxy.ts';
import { renderCount } from '../render-amount.ts';

/** Holds the files against the schema and against this machine, all in one go; starts and changes nothing. */
export async function check(input: Input): Promise<ExitCode> {
  const draft = await readDraftOfFiles(input.folders);
  const told = new Set(draft.issues.map(renderIssue));
  const more = (await issuesHere(draft)).filter(issue => !told.has(renderIssue(issue)));
  const issues = [...draft.issues, ...more];
  const errors = issues.filter(({ severity }) => severity === 'error').length;
  for (const issue of issues) printNote(renderIssue(issue));
  const tenants = renderCount(draft.fleet.tenants.size, 'tenant');
  const found = errors === 0 ? `${tenants}, no errors` : renderCount(errors, 'error');
  if (input.json) printJson({ issues });
  else printData(`${input.folders.configPath}: ${found}`);
  return errors === 0 ? exitCode.done : exitCode.badFile;
}

/** What this machine says of a fleet, and of as much of it as is right where the files have errors. */
async function issuesHere(draft: GoodReading): Promise<Issue[]> {
  const issues = [...(await machineIssues(draft)), ...(await credentialIssues(draft, Date.now()))];
  const { proxy } = draft.fleet;
  const isWrong = draft.issues.some(({ path }) => /^proxy\b/.test(path));
  if (proxy.baseDomain === '' || isWrong) return issues;
  return [...issues, ...(await proxyIssues(draft, draft.fleet)).issues];
}
