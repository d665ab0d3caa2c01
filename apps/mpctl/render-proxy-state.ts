import type { ApplyResult } from '../../libs/proxy-apply/apply-proxy.ts';
import { describeDrift } from '../../libs/proxy-apply/describe-drift.ts';
import type { FileChanges } from '../../libs/proxy-apply/file-changes.ts';

export function renderChanges({ added, changed, removed }: FileChanges): string[] {
  return [
    ...added.map(path => `+ ${path}`),
    ...changed.map(path => `~ ${path}`),
    ...removed.map(path => `- ${path}`),
  ];
}

const stateWords: Readonly<Record<ApplyResult['state'], string>> = {
  unchanged: 'served already, nothing to do',
  applied: 'applied and served',
  written: 'written and checked, not reloaded',
  drifted: 'nothing done: somebody changed what stands there',
  'rolled back': 'refused: all is as it was before',
  'not served': 'the text is in place, but the web server does not serve it',
};

/** What became of an attempt, as lines for people. */
export function renderApplied({ state, failure, drift, changes }: ApplyResult): string[] {
  const reason = failure
    ? [`${failure.step} failed:`, ...failure.output.split('\n').map(line => `  ${line}`)]
    : [];
  const kept = failure?.refusedDir ? [`the refused text is in ${failure.refusedDir}`] : [];
  const edited =
    state === 'drifted' ? [...describeDrift(drift), '`mpctl proxy apply --overwrite` writes over it'] : [];
  const done = state === 'applied' || state === 'written' ? renderChanges(changes) : [];
  return [stateWords[state], ...done, ...reason, ...kept, ...edited];
}
