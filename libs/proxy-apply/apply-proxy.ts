/**
 * Puts the web server's text in place so that a mistake is never served: written and checked alone, swapped by one
 * symlink, checked as a whole, reloaded, and asked for by its hash. Any failure swaps back.
 */
import { probeHost } from '../proxy/proxy-model.ts';
import { proxyPath, proxyPaths } from '../spec/proxy-paths.ts';
import { checkAlone } from './check-alone.ts';
import type { FileChanges } from './file-changes.ts';
import { inspectProxy, type ProxyText } from './inspect-proxy.ts';
import { keepRefused, nextVersionName, prune, settle, swapBack, swapTo } from './output-folder.ts';
import { makeFolder } from './readable-file.ts';
import { type CommandResult, runCommand } from './run-command.ts';
import { waitUntilServed } from './served-hash.ts';
import { type Drift, writeVersion } from './version-folder.ts';

export type ApplyOptions = {
  /** Puts the text in the place of files that somebody edited; theirs stay in their version's folder. */
  readonly overwrite?: boolean;
  /** False: stops after the check of the whole. */
  readonly reload?: boolean;
  /** How long a reload may take until the new text is served; by default more for thousands of servers. */
  readonly patienceMs?: number;
  /** Whoever aborts leaves all as it stands: the next one finds the text unproven and goes on. */
  readonly signal?: AbortSignal;
  /** Makes who aborts go back instead. */
  readonly goBackWhenAborted?: boolean;
};

/**
 * `unchanged`: served already · `applied`: served now · `written`: in place, not seen served, as asked ·
 * `drifted`: nothing done, somebody edited what stands there · `rolled back`: the former text stands there again ·
 * `not served`: the text stood there and was served before, and cannot be served now.
 */
export type ApplyState = 'unchanged' | 'applied' | 'written' | 'drifted' | 'rolled back' | 'not served';

export type ApplyStep = 'write' | 'check alone' | 'swap' | 'check' | 'reload' | 'probe';

export type ApplyResult = {
  readonly state: ApplyState;
  /** Of the text that was to be applied. */
  readonly hash: string;
  /** What the web server said last; null where it was not asked, or said none. */
  readonly served: string | null;
  readonly changes: FileChanges;
  readonly drift: readonly Drift[];
  /** False: nothing was written, or our text could not be checked without the operator's. */
  readonly checkedAlone: boolean;
  /** What went wrong, and what the web server said about it. */
  readonly failure: ApplyFailure | null;
};

export type ApplyFailure = {
  readonly step: ApplyStep;
  readonly output: string;
  /** Where the refused text can be read; null where it could not be kept. */
  readonly refusedDir: string | null;
};

const patienceMs = 10_000;
const patiencePerFileMs = 2;

/**
 * Callers hold the lock of the output folder.
 * @throws MpctlError PROXY_FOREIGN, PROXY_TEMPLATE
 */
export async function applyProxy(text: ProxyText, options: ApplyOptions = {}): Promise<ApplyResult> {
  const { spec } = text;
  const { outputDir } = spec;
  const { signal } = options;
  await makeFolder(outputDir);
  const { rendered, current, changes, drift, isUnproven, served } = await inspectProxy(text);
  const { hash } = rendered;
  let checkedAlone = false;
  const outcome = (
    state: ApplyState,
    served: string | null,
    failure: ApplyFailure | null = null,
  ): ApplyResult => ({
    ...{ state, hash, served, changes, drift, checkedAlone, failure },
  });
  if (drift.length > 0 && !options.overwrite) return outcome('drifted', served);
  const isNew = current?.manifest.hash !== hash || drift.length > 0;
  if (!isNew && !isUnproven && served === hash) return outcome('unchanged', served);

  const version = isNew ? await nextVersionName(outputDir, hash) : current.name;
  const waitFor = (wanted: string, signal?: AbortSignal) => {
    const waitMs = options.patienceMs ?? patienceMs + patiencePerFileMs * rendered.files.size;
    return waitUntilServed(spec.probeUrl, probeHost(spec.baseDomain), wanted, waitMs, signal);
  };
  let at: ApplyStep = 'write';
  try {
    if (isNew) {
      await writeVersion(proxyPath(proxyPaths(outputDir).versions, version), rendered);
      at = 'check alone';
      const alone = await checkAlone(text, signal);
      checkedAlone = alone !== null;
      if (alone) refuseIfFailed(alone);
      at = 'swap';
      await swapTo(outputDir, version);
    }
    at = 'check';
    refuseIfFailed(await runCommand(spec.checkCommand, signal));
    if (options.reload === false) return outcome('written', served);
    at = 'reload';
    refuseIfFailed(await runCommand(spec.reloadCommand, signal));
    at = 'probe';
    const now = await waitFor(hash, signal);
    if (now !== hash) throw new Error(describeProbe(spec.probeUrl, now));
    await settle(outputDir);
    await prune(outputDir);
    return outcome('applied', now);
  } catch (error) {
    if (signal?.aborted && !options.goBackWhenAborted) return outcome('written', served);
    const output = (error as Error).message;
    if (!isNew && !isUnproven) return outcome('not served', served, { step: at, output, refusedDir: null });
    return await goBack(at, output);
  }

  /** Nothing that the web server has not been seen to serve stays in place. */
  async function goBack(step: ApplyStep, output: string): Promise<ApplyResult> {
    const isBack = await swapBack(outputDir, version);
    const refusedDir = await keepRefused(outputDir, version, output);
    await prune(outputDir);
    let now = served;
    const after = signal?.aborted ? undefined : signal;
    if (step === 'reload' || step === 'probe') {
      // It may have taken the new text after all, or half of it.
      await runCommand(spec.reloadCommand, after);
      now = isBack && served ? await waitFor(served, after) : null;
    }
    return outcome('rolled back', now, { step, output, refusedDir });
  }
}

function refuseIfFailed(result: CommandResult): void {
  if (!result.ok) throw new Error(result.output);
}

function describeProbe(probeUrl: string, served: string | null): string {
  return served === null
    ? `${probeUrl} does not answer with our text: is the include line in the web server's configuration?`
    : `${probeUrl} still serves the former text: the web server did not take the new one`;
}
