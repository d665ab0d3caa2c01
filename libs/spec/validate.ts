/** The door to the schema and zod: imported where something was written that must be checked, and not before. */
import type { z } from 'zod';
import { nearestName } from '../base/nearest-name.ts';
import { quote } from '../base/quote.ts';
import { type Finding, mergeKeyFault } from './finding.ts';
import { type SettingsInput, settingsSchema, type TenantInput, tenantSchema } from './schema.ts';
import { keysAt, schemaKeys } from './schema-keys.ts';
import type { KeyPath } from './written.ts';

/** What was right, and what was wrong with the rest. */
export type Validated<T> = { readonly value: T; readonly findings: readonly Finding[] };

export function validateTenant(plain: unknown): Validated<TenantInput> {
  const { value, findings } = validate(tenantSchema, plain);
  return { value: value ?? {}, findings };
}

export function validateSettings(plain: unknown): Validated<SettingsInput> {
  const { value, findings } = validate(settingsSchema, plain);
  return { value: value ?? {}, findings };
}

function validate<T>(schema: z.ZodType<T>, plain: unknown): Validated<T | null> {
  const result = schema.safeParse(plain);
  if (result.success) return { value: result.data, findings: [] };
  const findings = result.error.issues.flatMap(issue => findingsOf(schema, plain, issue));
  if (findings.some(({ path }) => path.length === 0)) return { value: null, findings };
  // What is wrong is taken out, so that everything else can be looked at as well.
  const rest = structuredClone(plain);
  for (const { path } of findings) remove(rest, path);
  const again = schema.safeParse(rest);
  return { value: again.success ? again.data : null, findings };
}

function findingsOf(schema: z.ZodType, plain: unknown, issue: z.core.$ZodIssue): Finding[] {
  const path = issue.path as (string | number)[];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => unknownKey(schema, path, key));
  }
  if (issue.code === 'invalid_key') {
    const message = issue.issues[0]?.message ?? issue.message;
    return [{ code: 'SPEC_BAD_NAME', message: `${quote(String(path.at(-1)))} ${message}`, path, at: 'key' }];
  }
  const allowed = issue.code === 'custom' ? issue.message : allowedAt(issue);
  const place = writtenPath(plain, path);
  const found = valueAt(plain, place);
  return [
    {
      code: 'SPEC_BAD_VALUE',
      message: `must be ${allowed}${isSecret(place) ? '' : `, not ${describe(found)}`}`,
      path: place,
      at: 'value',
    },
  ];
}

/** What stands there may be a password. */
function isSecret(place: KeyPath): boolean {
  return /(^|\.)(smtp|pop3|ui|sendApi)\.auth(\.|$)/.test(place.join('.'));
}

function allowedAt(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_type') return issue.message;
  if (issue.expected === 'array') return 'a value or a list of values';
  return issue.expected === 'string' ? issue.message : 'keys and values';
}

function describe(found: unknown): string {
  if (found === null || found === undefined) return 'empty';
  if (Array.isArray(found)) return 'a list';
  return typeof found === 'string' ? quote(found) : 'keys and values';
}

function unknownKey(schema: z.ZodType, parent: readonly (string | number)[], key: string): Finding {
  const unknown = { code: 'SPEC_UNKNOWN_KEY', path: [...parent, key], at: 'key' } as const;
  if (key === '<<') return { ...unknown, ...mergeKeyFault };
  const allowed = keysAt(schema, parent);
  if (schema === settingsSchema && parent.length === 0) allowed.push('tenants');
  const nearest = nearestName(key, allowed);
  const elsewhere = [...schemaKeys(schema)].find(({ path }) => path.at(-1) === key);
  const hint = key.startsWith('MP_')
    ? "Mailpit's own settings stand under mailpit"
    : nearest
      ? `did you mean ${nearest}?`
      : elsewhere
        ? `it stands at ${elsewhere.path.join('.')}`
        : knownKeys(allowed);
  return { ...unknown, message: `unknown key ${quote(key)}`, hint };
}

/** More would be a page. */
const maxKnownKeys = 8;

function knownKeys(keys: readonly string[]): string {
  const more = keys.length > maxKnownKeys ? `, … (${keys.length} of them)` : '';
  return `known here: ${keys.slice(0, maxKnownKeys).join(', ')}${more}`;
}

/** A value without brackets counts as a list of one: its place is the key's. */
function writtenPath(plain: unknown, path: readonly (string | number)[]): KeyPath {
  const parent = valueAt(plain, path.slice(0, -1));
  return typeof path.at(-1) === 'number' && !Array.isArray(parent) ? path.slice(0, -1) : path;
}

function valueAt(plain: unknown, path: KeyPath): unknown {
  let at = plain;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return at;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}

function remove(plain: unknown, path: KeyPath): void {
  const parent = valueAt(plain, path.slice(0, -1));
  const step = path.at(-1);
  if (Array.isArray(parent)) remove(plain, path.slice(0, -1));
  else if (typeof parent === 'object' && parent !== null && step !== undefined) {
    delete (parent as Record<string, unknown>)[step];
  }
}
