/** YAML to be written: small and plain, only what an edit puts into a file. */

/** A finished value on one line, or keys with such. */
export type Tree = string | ReadonlyMap<string, Tree>;

/** A word or words as a scalar; quoted where YAML would take them for something else. */
export function renderScalar(text: string): string {
  const isPlain = /^[A-Za-z0-9_./]([A-Za-z0-9_./@%+=() :-]*[A-Za-z0-9_./@%+=()-])?$/.test(text);
  const isNothing = /^(null|Null|NULL)$/.test(text);
  return isPlain && !isNothing && !text.includes(': ') && !/ {2}/.test(text) ? text : JSON.stringify(text);
}

/** `{ a: 1, b: { c: 2 } }` */
export function renderFlow(tree: Tree): string {
  if (typeof tree === 'string') return tree;
  const items = [...tree].map(([key, value]) => `${key}: ${renderFlow(value)}`);
  return items.length === 0 ? '{}' : `{ ${items.join(', ')} }`;
}

/** `key: value`, or `key:` and the lines below it, `step` spaces further in a level. */
export function renderBlock(key: string, tree: Tree, indent: number, step: number): string[] {
  const head = `${' '.repeat(indent)}${key}:`;
  if (typeof tree === 'string' || tree.size === 0) return [`${head} ${renderFlow(tree)}`];
  return [head, ...renderKeys(tree, indent + step, step)];
}

export function renderKeys(keys: ReadonlyMap<string, Tree>, indent: number, step: number): string[] {
  return [...keys].flatMap(([key, tree]) => renderBlock(key, tree, indent, step));
}

/** Keys with dots as nested maps. */
export function treeOf(
  settings: Iterable<{ readonly path: readonly string[]; readonly tree: Tree }>,
): ReadonlyMap<string, Tree> {
  const root = new Map<string, Tree>();
  for (const { path, tree } of settings) {
    let at = root;
    for (const step of path.slice(0, -1)) {
      const next = at.get(step);
      const map = next instanceof Map ? next : new Map<string, Tree>();
      at.set(step, map);
      at = map;
    }
    at.set(path.at(-1) ?? '', tree);
  }
  return root;
}
