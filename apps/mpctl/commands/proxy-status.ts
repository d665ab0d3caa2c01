import { describeDrift } from '../../../libs/proxy-apply/describe-drift.ts';
import { inspectProxy, type ProxyInspection } from '../../../libs/proxy-apply/inspect-proxy.ts';
import type { ProxySpec } from '../../../libs/spec/proxy-spec.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { printData, printJson } from '../print.ts';
import { readProxy } from '../read-proxy.ts';
import { renderChanges } from '../render-proxy-state.ts';

/** What the web server serves, what stands there for it, and what should. */
export async function proxyStatus(input: Input): Promise<ExitCode> {
  const { text, issues } = await readProxy(input.folders);
  const seen = await inspectProxy(text);
  const { server, mode, baseDomain, outputDir, apply } = text.spec;
  if (input.json) {
    const { rendered, current, changes, drift, isUnproven, served, refused } = seen;
    printJson({
      ...{ server, mode, baseDomain, outputDir, apply, hash: rendered.hash },
      ...{ current: current && { version: current.name, hash: current.manifest.hash }, isUnproven, served },
      ...{ changes, drift, refused, issues },
    });
  } else {
    printData(renderStatus(text.spec, seen).join('\n'));
  }
  return exitCode.done;
}

function renderStatus(
  { server, mode, baseDomain, outputDir, apply, probeUrl }: ProxySpec,
  { rendered, current, changes, drift, isUnproven, served, refused }: ProxyInspection,
): string[] {
  const pending = renderChanges(changes);
  const hash = current?.manifest.hash;
  const answer =
    served === null
      ? `${probeUrl} does not answer with a text of ours`
      : served === rendered.hash
        ? 'serves what the tenants file says'
        : served === hash
          ? 'serves what stands there'
          : 'serves another text than what stands there';
  return [
    `${server}, mode ${mode}, *.${baseDomain}, applied ${apply === 'auto' ? 'by itself' : 'by hand'}`,
    current
      ? `${outputDir}/current: ${current.name}${isUnproven ? ', not seen served yet' : ''}`
      : `${outputDir}: nothing there yet`,
    answer,
    ...describeDrift(drift),
    ...(refused && pending.length > 0
      ? [
          'the last try was refused:',
          ...refused.why.split('\n').map(line => `  ${line}`),
          `the refused text is in ${refused.dir}`,
        ]
      : []),
    ...(pending.length > 0 ? ['`mpctl proxy apply` would change:', ...pending.map(line => `  ${line}`)] : []),
  ];
}
