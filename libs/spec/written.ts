/** A piece of YAML as somebody wrote it: scalars are their text, and everything knows where it stands. */

/** `at` is an offset in the whole text of the file. */
export type Written =
  | { readonly kind: 'empty'; readonly at: number }
  | { readonly kind: 'text'; readonly at: number; readonly text: string }
  | { readonly kind: 'list'; readonly at: number; readonly items: readonly Written[] }
  | WrittenMap;

export type WrittenMap = { readonly kind: 'map'; readonly at: number; readonly entries: readonly Entry[] };

export type Entry = { readonly key: string; readonly keyAt: number; readonly value: Written };

/** What is wrong with the YAML itself. */
export type Fault = { readonly message: string; readonly at: number };

export type KeyPath = readonly (string | number)[];

/** Maps as objects, lists as arrays, scalars as text, nothing as null. What is shared through aliases stays shared. */
export function plainOf(written: Written, known = new Map<Written, unknown>()): unknown {
  if (written.kind === 'empty') return null;
  if (written.kind === 'text') return written.text;
  if (known.has(written)) return known.get(written);
  const entries = written.kind === 'map' ? written.entries : [];
  const plain =
    written.kind === 'list'
      ? written.items.map(item => plainOf(item, known))
      : Object.fromEntries(entries.map(({ key, value }) => [key, plainOf(value, known)]));
  known.set(written, plain);
  return plain;
}

/** What stands at a path; null: nothing is written there. */
export function find(written: Written, path: KeyPath): Written | null {
  let at: Written | undefined = written;
  for (const step of path) {
    at = at.kind === 'list' ? at.items[Number(step)] : entryOf(at, step)?.value;
    if (at === undefined) return null;
  }
  return at;
}

/**
 * Where the key or the value of a path is written. Of what is not written it is the nearest key above; one value that
 * stands for a list is its first item.
 */
export function placeOf(written: Written, path: KeyPath, part: 'key' | 'value'): number {
  const found = find(written, path);
  const above = path.slice(0, -1);
  if (path.length === 0) return written.at;
  if (found === null) {
    const isOnlyItem = path.at(-1) === 0 && find(written, above)?.kind === 'text';
    return placeOf(written, above, isOnlyItem ? 'value' : 'key');
  }
  const parent = find(written, above);
  const entry = parent && entryOf(parent, path.at(-1) ?? '');
  return part === 'key' && entry ? entry.keyAt : found.at;
}

function entryOf(written: Written, key: string | number): Entry | undefined {
  return written.kind === 'map' ? written.entries.find(entry => entry.key === key) : undefined;
}
