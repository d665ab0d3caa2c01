import { MpctlError } from '../../libs/base/error.ts';
import { type Issue, renderIssue } from '../../libs/base/issue.ts';
import { Refusal } from '../../libs/base/refusal.ts';
import { version } from '../../libs/base/version.ts';
import type { ProxyText } from '../../libs/proxy-apply/inspect-proxy.ts';
import { readProxyText } from '../../libs/proxy-apply/read-proxy-text.ts';
import { placeIssue } from '../../libs/spec/machine-asks.ts';
import type { FleetReading } from '../../libs/spec/read-fleet.ts';
import type { FleetSpec } from '../../libs/spec/tenant-spec.ts';
import { readFiles } from './files/read-files.ts';
import type { Folders } from './folders.ts';
import { printNote } from './print.ts';
import { programRoot } from './program-root.ts';

/** What shall be written for the web server. */
export type Proxy = {
  readonly fleet: FleetSpec;
  readonly text: ProxyText;
  /** What does not stand in the way of the others; printed already. */
  readonly issues: readonly Issue[];
};

/**
 * Reads the tenants file and the templates; issues go to stderr.
 * @throws MpctlError BAD_TENANTS_FILE, NO_PROXY
 */
export async function readProxy(folders: Folders): Promise<Proxy> {
  const reading = await readFiles(folders);
  const { fleet } = reading;
  if (!fleet) {
    throw new Refusal('BAD_TENANTS_FILE', `${folders.configPath} has errors`, reading.issues);
  }
  if (fleet.proxy.baseDomain === '') {
    const hint = `write proxy: { baseDomain: mail.example.com } into ${folders.configPath}`;
    throw new MpctlError('NO_PROXY', 'no web server is configured', { hint });
  }
  const { text, issues } = await proxyIssues(reading, fleet);
  if (!text) throw new Refusal('BAD_TENANTS_FILE', 'nothing can be written for the web server', issues);
  for (const issue of issues) printNote(renderIssue(issue));
  return { fleet, text, issues };
}

/** What is to say about the web server of a fleet that has one, with places in the files. */
export async function proxyIssues(
  reading: FleetReading,
  fleet: FleetSpec,
): Promise<{ readonly text: ProxyText | null; readonly issues: readonly Issue[] }> {
  const { text, issues } = await readProxyText(fleet, { programRoot: programRoot(), mpctlVersion: version });
  return { text, issues: await Promise.all(issues.map(issue => placeIssue(reading, issue))) };
}
