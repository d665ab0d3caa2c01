/** What every key of a tenants file says about itself: the schema's metadata, and the row of the generated table. */
import type { JsonSchema } from './kinds.ts';

/** What a change of a key costs, cheapest first: nothing · the mailbox · the sockets · another shard · the daemon. */
export const applyClasses = ['live', 'reopen', 'relisten', 'move', 'restart'] as const;
export type ApplyClass = (typeof applyClasses)[number];

/** Written beside each key of the schema. */
export type KeyDoc = {
  readonly description: string;
  readonly unit?: string;
  /** As somebody would write it; null: see `otherwise`. */
  readonly default: string | null;
  /** What holds when nothing is written and there is no fixed default. */
  readonly otherwise?: string;
  readonly example: string;
  readonly apply: ApplyClass;
};

/** {@link KeyDoc} as the schema carries it. */
export type KeyMeta = KeyDoc & {
  /** Where the value goes in the resolved spec, e.g. `access.mode`; null: it is used up while resolving. */
  readonly field: string | null;
  /** The default as a value. */
  readonly value: unknown;
  readonly json: JsonSchema;
};

/** A key without its words, for what must not load the schema. */
export type KeyRow = {
  readonly key: string;
  readonly field: string | null;
  readonly apply: ApplyClass;
  readonly value: unknown;
};

/** The dotted paths of a spec's fields, lists counting as one. */
export type FieldOf<T> = {
  [K in keyof T & string]: T[K] extends Record<string, unknown> ? `${K}.${FieldOf<T[K]>}` : K;
}[keyof T & string];

/** What stands in the field of that dotted path. */
export type ValueAt<T, Path extends string> = Path extends `${infer K}.${infer Rest}`
  ? K extends keyof T
    ? ValueAt<T[K], Rest>
    : never
  : Path extends keyof T
    ? T[Path]
    : never;
