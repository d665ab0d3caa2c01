import { type ProxyModel, probeHost } from '../proxy/proxy-model.ts';
import { type RenderedProxy, renderProxy } from '../proxy/render-proxy.ts';
import type { TemplateSource } from '../proxy/template.ts';
import type { ProxySpec } from '../spec/proxy-spec.ts';
import { type FileChanges, findChanges } from './file-changes.ts';
import { type CurrentVersion, hasPrevious, lastRefused, readCurrent } from './output-folder.ts';
import { servedHash } from './served-hash.ts';
import type { Drift } from './version-folder.ts';

/** All that the text is made from. */
export type ProxyText = {
  readonly spec: ProxySpec;
  readonly model: ProxyModel;
  readonly templates: TemplateSource;
  readonly mpctlVersion: string;
};

/** What should be, what stands in the output folder, and what the web server says that it serves. */
export type ProxyInspection = {
  readonly rendered: RenderedProxy;
  readonly current: CurrentVersion | null;
  /** From what stands there to what should. */
  readonly changes: FileChanges;
  /** What somebody else did to what stands there. */
  readonly drift: readonly Drift[];
  /** What stands there was never seen served. */
  readonly isUnproven: boolean;
  /** Null where the web server does not answer, or with none of our texts. */
  readonly served: string | null;
  /** The last try, if it was refused: where the text lies, and what was said. */
  readonly refused: { readonly dir: string; readonly why: string } | null;
};

/**
 * Looks, and changes nothing.
 * @throws MpctlError PROXY_FOREIGN, PROXY_TEMPLATE
 */
export async function inspectProxy({
  spec,
  model,
  templates,
  mpctlVersion,
}: ProxyText): Promise<ProxyInspection> {
  const rendered = renderProxy(spec.server, model, templates, mpctlVersion);
  const current = await readCurrent(spec.outputDir);
  return {
    rendered,
    current,
    changes: findChanges(current?.texts ?? new Map(), rendered.files),
    drift: current?.drift ?? [],
    isUnproven: await hasPrevious(spec.outputDir),
    served: await servedHash(spec.probeUrl, probeHost(spec.baseDomain)),
    refused: await lastRefused(spec.outputDir),
  };
}
