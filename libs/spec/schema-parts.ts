/** What the schema is put together from: a key with one value, with many, a map of keys; each with what it says of itself. */
import { z } from 'zod';
import type { FieldOf, KeyDoc, KeyMeta, ValueAt } from './key.ts';
import type { JsonSchema, Kind } from './kinds.ts';
import type { ProxySpec } from './proxy-spec.ts';
import type { FleetSpec, ListenerSpec, TenantSpec } from './tenant-spec.ts';

function written<T>(kind: Kind<T>) {
  return z.string({ error: kind.allowed }).transform((text, context): T => {
    const value = kind.read(text);
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message: kind.nearly?.(text) || kind.allowed });
    return z.NEVER;
  });
}

/** A key with one value. */
export function one<T>(field: string | null, kind: Kind<T>, doc: KeyDoc) {
  const value = doc.default === null ? null : kind.read(doc.default);
  return written(kind)
    .meta({ ...doc, field, value, json: kind.json } satisfies KeyMeta)
    .optional();
}

/** A key with a list of values, or with one that stands without its brackets. */
export function many<T>(field: string | null, kind: Kind<T>, doc: KeyDoc, least = 0) {
  const json: JsonSchema = { anyOf: [kind.json, { type: 'array', items: kind.json }] };
  const items = doc.default?.match(/[^[\],\s]+/g) ?? [];
  const value = doc.default === null ? null : items.map(kind.read);
  return z
    .preprocess(
      written => (written === null || Array.isArray(written) ? written : [written]),
      z.array(written(kind)).min(least, 'at least one value'),
    )
    .meta({ ...doc, field, value, json } satisfies KeyMeta)
    .optional();
}

/** Keys and values; `name:` with nothing after it is an empty map. */
export function map<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape).nullable();
}

export const tenant = <F extends FieldOf<TenantSpec>>(
  field: F,
  kind: Kind<ValueAt<TenantSpec, F>>,
  doc: KeyDoc,
) => one(field, kind, doc);
export const listener = <F extends FieldOf<ListenerSpec>>(
  field: F,
  kind: Kind<ValueAt<ListenerSpec, F>>,
  doc: KeyDoc,
) => one(field, kind, doc);
export const fleet = <F extends FieldOf<FleetSpec>>(
  field: F,
  kind: Kind<ValueAt<FleetSpec, F>>,
  doc: KeyDoc,
) => one(field, kind, doc);

export const proxy = <F extends FieldOf<ProxySpec>>(
  field: F,
  kind: Kind<NonNullable<ValueAt<ProxySpec, F>>>,
  doc: KeyDoc,
) => one(`proxy.${field}`, kind, doc);
