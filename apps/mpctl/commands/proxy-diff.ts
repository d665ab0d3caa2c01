import { describeDrift } from '../../../libs/proxy-apply/describe-drift.ts';
import { diffTexts } from '../../../libs/proxy-apply/diff-texts.ts';
import { inspectProxy } from '../../../libs/proxy-apply/inspect-proxy.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { printData, printJson, printNote } from '../print.ts';
import { readProxy } from '../read-proxy.ts';

/** Says what `proxy apply` would change of the text that stands there now. */
export async function proxyDiff(input: Input): Promise<ExitCode> {
  const { text } = await readProxy(input.folders);
  const { rendered, current, changes, drift } = await inspectProxy(text);
  const differs = Object.values(changes).some(paths => paths.length > 0) || drift.length > 0;
  if (input.json) printJson({ hash: rendered.hash, changes, drift });
  else {
    for (const line of describeDrift(drift)) printNote(line);
    printData(await diffTexts(current?.texts ?? new Map(), rendered.files));
  }
  return differs ? exitCode.differs : exitCode.done;
}
