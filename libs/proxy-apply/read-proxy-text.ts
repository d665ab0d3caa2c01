import type { Issue } from '../base/issue.ts';
import { checkTemplates } from '../proxy/check-templates.ts';
import { planProxy } from '../proxy/plan-proxy.ts';
import { dialectOf } from '../proxy/render-proxy.ts';
import { templatesDir } from '../spec/proxy-paths.ts';
import type { FleetSpec } from '../spec/tenant-spec.ts';
import type { ProxyText } from './inspect-proxy.ts';
import { readTemplates } from './read-templates.ts';

/** What the text is made with, besides the fleet. */
export type ProxyTools = {
  /** Where mpctl is installed: its templates are there. */
  readonly programRoot: string;
  readonly mpctlVersion: string;
};

/** All that the text is made from; `text` is null where an issue stands in the way. Asked where there is a base domain. */
export async function readProxyText(
  fleet: FleetSpec,
  { programRoot, mpctlVersion }: ProxyTools,
): Promise<{ readonly text: ProxyText | null; readonly issues: readonly Issue[] }> {
  const { proxy } = fleet;
  const plan = planProxy(fleet);
  const own = proxy.templatesDir === null ? [] : [proxy.templatesDir];
  const templates = await readTemplates([...own, templatesDir(programRoot, proxy.server)]);
  const faults = own.length === 0 ? [] : checkTemplates(dialectOf(proxy.server), templates);
  const text =
    plan.model && faults.length === 0 ? { spec: proxy, model: plan.model, templates, mpctlVersion } : null;
  return { text, issues: [...plan.issues, ...faults] };
}
