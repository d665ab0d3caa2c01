import { isSameBody } from '../proxy/render-proxy.ts';

/** Paths in a version's folder, each list sorted. */
export type FileChanges = {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
};

/** What is different for the web server: a file's first line, which says who wrote it, is not. */
export function findChanges(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): FileChanges {
  const added: string[] = [];
  const changed: string[] = [];
  for (const [path, text] of after) {
    const old = before.get(path);
    if (old === undefined) added.push(path);
    else if (!isSameBody(old, text)) changed.push(path);
  }
  const removed = [...before.keys()].filter(path => !after.has(path));
  return { added: added.sort(), changed: changed.sort(), removed: removed.sort() };
}
