/** All that is wrong with the files, and with this machine for them. */
import { type Issue, renderIssue } from '../../../libs/base/issue.ts';
import type { GoodReading } from '../../../libs/controller/good-reading.ts';
import { machineIssues } from '../../../libs/controller/machine-issues.ts';
import { byPlace } from '../../../libs/spec/fleet-issues.ts';
import type { FleetSpec } from '../../../libs/spec/tenant-spec.ts';
import type { Folders } from '../folders.ts';
import { proxyIssues } from '../read-proxy.ts';
import { addressIssues } from './address-issues.ts';
import { credentialIssues } from './credential-issues.ts';
import { readDraftOfFiles } from './read-files.ts';

/** In the order of the files. `fleet` is as much of it as is right. */
export async function allIssues(
  folders: Folders,
): Promise<{ readonly fleet: FleetSpec; readonly issues: readonly Issue[] }> {
  const draft = await readDraftOfFiles(folders);
  const told = new Set(draft.issues.map(renderIssue));
  const more = (await issuesHere(draft)).filter(issue => !told.has(renderIssue(issue)));
  const issues = [...draft.issues, ...more].sort(byPlace([...draft.sources.keys()]));
  return { fleet: draft.fleet, issues };
}

/** What this machine says of a fleet, and of as much of it as is right where the files have errors. */
async function issuesHere(draft: GoodReading): Promise<Issue[]> {
  const issues = [
    ...(await machineIssues(draft)),
    ...(await addressIssues(draft)),
    ...(await credentialIssues(draft, Date.now())),
  ];
  const { proxy } = draft.fleet;
  const isWrong = draft.issues.some(({ path }) => /^proxy\b/.test(path));
  if (proxy.baseDomain === '' || isWrong) return issues;
  return [...issues, ...(await proxyIssues(draft, draft.fleet)).issues];
}
