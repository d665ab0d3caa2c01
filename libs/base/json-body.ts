import { BadJson, parseFirstJson, parseOnlyJson } from './go-json.ts';

/** What a body may be: a scalar, `[item]` for a list, `{…}` for an object with known keys, `map` for one with any. */
export type Shape = 'bool' | 'int' | 'string' | 'map' | readonly [Shape] | { readonly [key: string]: Shape };

/** What comes of a shape. A key that was not there, or `null`, is absent. */
export type Parsed<S extends Shape> = S extends 'bool'
  ? boolean
  : S extends 'int'
    ? number
    : S extends 'string'
      ? string
      : S extends 'map'
        ? ReadonlyMap<string, string>
        : S extends readonly [infer Item extends Shape]
          ? readonly Parsed<Item>[]
          : S extends { readonly [key: string]: Shape }
            ? { readonly [Key in keyof S]?: Parsed<S[Key]> }
            : never;

/**
 * Reads a JSON object. Keys match in any case, unknown ones are overlooked, the last of a repeated one counts.
 * Throws {@link BadJson} with what Go says of it.
 */
export function parseBody<S extends { readonly [key: string]: Shape }>(text: string, shape: S): Parsed<S> {
  return (read(parseFirstJson(text), shape, '') ?? {}) as Parsed<S>;
}

/** Of a body that may mean everything: with which keys it does not, and whether `null` does. */
export type Everything = { readonly unless: readonly string[]; readonly byNull: boolean };

/**
 * As {@link parseBody}, where a body that says nothing in the keys of `unless` means everything: one of keys that nobody
 * knows, or with something behind it, is a mistake then. Throws {@link BadJson}.
 */
export function parseBodyForAll<S extends { readonly [key: string]: Shape }>(
  text: string,
  shape: S,
  { unless, byNull }: Everything,
): Parsed<S> {
  const body: { readonly [key: string]: unknown } = parseBody(text, shape);
  const isSaid = (value: unknown) =>
    typeof value === 'string' ? value.trim() !== '' : Array.isArray(value) && value.length > 0;
  if (!unless.some(key => isSaid(body[key]))) {
    const written = parseOnlyJson(text);
    if (written === null && !byNull) throw new BadJson('null is no wish: {} means all');
    const lower = (names: readonly string[]) => names.map(name => name.toLowerCase());
    const known = new Set(lower(Object.keys(shape)));
    const keys = Object.keys(written ?? {});
    const unknown = keys.find(key => !known.has(key.toLowerCase()));
    const isNamed = lower(keys).some(key => lower(unless).includes(key));
    if (unknown !== undefined && !isNamed)
      throw new BadJson(`unknown key ${JSON.stringify(unknown)}: {} means all`);
  }
  return body as Parsed<S>;
}

function read(value: unknown, shape: Shape, path: string): unknown {
  if (value === null) return undefined;
  if (shape === 'map') return new Map(Object.entries(object(value, shape, path)).map(readPair));
  if (typeof shape === 'string') {
    const isFit = shape === 'int' ? Number.isSafeInteger(value) : kindOf(value) === shape;
    if (!isFit) throw mismatch(value, shape, path);
    return value;
  }
  if (isList(shape)) {
    if (!Array.isArray(value)) throw mismatch(value, shape, path);
    return value.map(item => read(item, shape[0], path) ?? emptyOf(shape[0]));
  }
  const names = new Map(Object.keys(shape).map(name => [name.toLowerCase(), name]));
  const found: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(object(value, shape, path))) {
    const name = names.get(key.toLowerCase());
    if (name === undefined) continue;
    const parsed = read(field, shape[name] as Shape, `${path}.${name}`);
    if (parsed !== undefined) found[name] = parsed;
  }
  return found;

  function readPair([key, item]: [string, unknown]): [string, string] {
    return [key, (read(item, 'string', path) ?? '') as string];
  }
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function emptyOf(shape: Shape): unknown {
  return shape === 'string' ? '' : shape === 'int' ? 0 : shape === 'bool' ? false : isList(shape) ? [] : {};
}

function object(value: unknown, shape: Shape, path: string): object {
  if (typeof value !== 'object' || Array.isArray(value)) throw mismatch(value, shape, path);
  return value as object;
}

function mismatch(value: unknown, shape: Shape, path: string): BadJson {
  const place = path === '' ? 'value' : `struct field ${path}`;
  const kind = typeof value === 'number' && !Number.isInteger(value) ? `number ${value}` : kindOf(value);
  return new BadJson(`json: cannot unmarshal ${kind} into Go ${place} of type ${goType(shape)}`);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function goType(shape: Shape): string {
  if (shape === 'map') return 'map[string]string';
  if (typeof shape === 'string') return shape;
  if (isList(shape)) return `[]${goType(shape[0])}`;
  const fields = Object.entries(shape).map(([name, type]) => `${name} ${goType(type)}`);
  return `struct { ${fields.join('; ')} }`;
}
