import type { KeyRow } from './key.ts';

/** A spec from what was written, by the table: each field has its key's value or the key's default. */
export function fillIn(rows: readonly KeyRow[], written: object): Record<string, unknown> {
  const spec: Record<string, unknown> = {};
  for (const row of rows) {
    if (row.field !== null)
      setAt(spec, row.field.split('.'), valueAt(written, row.key.split('.')) ?? row.value);
  }
  return spec;
}

/** What stands at a path of keys; undefined where nothing does. */
export function valueAt(map: object, path: readonly string[]): unknown {
  let at: unknown = map;
  for (const step of path) at = (at as Record<string, unknown> | null | undefined)?.[step];
  return at;
}

export function setAt(map: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [step = '', ...rest] = path;
  if (rest.length === 0) {
    map[step] = value;
  } else {
    map[step] ??= {};
    setAt(map[step] as Record<string, unknown>, rest, value);
  }
}

/** Frozen with all that is in it. */
export function freezeDeep<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freezeDeep);
  }
  return value;
}
