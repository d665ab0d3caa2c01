import type { z } from 'zod';
import type { KeyMeta } from './key.ts';

/** A key of the schema with its path; a name that the operator chooses is written `<name>`. */
export type SchemaKey = { readonly path: readonly string[]; readonly meta: KeyMeta };

/** Every key that has a value, in the order of the schema. */
export function* schemaKeys(schema: z.ZodType, path: readonly string[] = []): Generator<SchemaKey> {
  const inner = unwrap(schema);
  const meta = inner.meta() as KeyMeta | undefined;
  if (meta) yield { path, meta };
  else for (const [key, value] of childrenOf(inner)) yield* schemaKeys(value, [...path, key]);
}

/** The keys that may stand in the map at a path; none when there is no such map. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at = unwrap(schema);
  for (const step of path) {
    const children = childrenOf(at);
    const child = children.get(String(step)) ?? children.get('<name>');
    if (!child) return [];
    at = unwrap(child);
  }
  return [...childrenOf(at).keys()];
}

function childrenOf(schema: z.ZodType): Map<string, z.ZodType> {
  const def = schema.def as unknown as Definition;
  if (def.type === 'object') return new Map(Object.entries(def.shape ?? {}));
  return def.type === 'record' && def.valueType ? new Map([['<name>', def.valueType]]) : new Map();
}

/** Without what only says that a key or its value may be missing. */
function unwrap(schema: z.ZodType): z.ZodType {
  const def = schema.def as unknown as Definition;
  const isWrapper = def.type === 'optional' || (def.type === 'nullable' && !schema.meta());
  return isWrapper && def.innerType ? unwrap(def.innerType) : schema;
}

type Definition = {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
};
