import { applyProxyLocked } from '../../../libs/controller/apply-proxy-locked.ts';
import type { ApplyState } from '../../../libs/proxy-apply/apply-proxy.ts';
import { askController } from '../control-client.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { findControlSocket } from '../find-control-socket.ts';
import type { Folders } from '../folders.ts';
import type { Input } from '../input.ts';
import { printData, printJson } from '../print.ts';
import { readProxy } from '../read-proxy.ts';
import { renderApplied } from '../render-proxy-state.ts';
import { proxyDiff } from './proxy-diff.ts';

const codes: Readonly<Record<ApplyState, ExitCode>> = {
  unchanged: exitCode.done,
  applied: exitCode.done,
  written: exitCode.done,
  drifted: exitCode.failed,
  'rolled back': exitCode.rolledBack,
  'not served': exitCode.failed,
};

/** Puts the web server's text in place and has it served, or leaves all as it was. */
export async function proxyApply(input: Input): Promise<ExitCode> {
  if (input.has('dry-run')) return proxyDiff(input);
  const { text, issues } = await readProxy(input.folders);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const result = await applyProxyLocked(text, {
    overwrite: input.has('overwrite'),
    reload: !input.has('no-reload'),
    signal: stop.signal,
    goBackWhenAborted: true,
  });
  await tellController(input.folders);
  if (input.json) printJson({ ...result, issues });
  else printData(renderApplied(result).join('\n'));
  // Everybody else is served; who is left out is named.
  const isLeftOut = issues.some(({ severity }) => severity === 'error');
  return codes[result.state] || (isLeftOut ? exitCode.badFile : exitCode.done);
}

/** What it says in its status is true again at once; without one, or without the right to ask it, it looks by itself. */
async function tellController(folders: Folders): Promise<void> {
  await askController(await findControlSocket(folders), 'POST', '/v1/proxy/retry').catch(() => {});
}
