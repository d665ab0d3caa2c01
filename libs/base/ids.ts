declare const brand: unique symbol;

/** A tenant's name, e.g. `project-a`: safe in a path, a host name and a label. Made only by {@link parseTenantId}. */
export type TenantId = string & { readonly [brand]: 'TenantId' };

/** A tenant's identity, made once and never used again: 16 lower-case hex digits. Made only by {@link parseTenantUid}. */
export type TenantUid = string & { readonly [brand]: 'TenantUid' };

/** Position of a shard process, 0-based. */
export type ShardIndex = number;

/** Names that would clash with a host, a folder or a page of our own. */
export const reservedNames: ReadonlySet<string> = new Set([
  'control',
  'default',
  'admin',
  'panel',
  'api',
  'www',
  'mail',
  'localhost',
  'mpctl-probe',
]);

const namePattern = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/;

/** How tenants and listeners are spelled. */
export const nameRule = '1 to 32 of a-z, 0-9 and "-", and neither begin nor end with "-"';

/** Whether a listener may be called so: its name is the name of a socket. */
export function isListenerName(text: string): boolean {
  return namePattern.test(text);
}

/** What is wrong with a tenant's name, as the end of a sentence; null when nothing is. */
export function tenantIdFault(text: string): string | null {
  if (!namePattern.test(text)) {
    return `must be ${nameRule}`;
  }
  if (reservedNames.has(text)) return 'is reserved';
  if (text.startsWith('xn--')) return 'must not begin with "xn--"';
  return null;
}

/** The name as an id, or null when {@link tenantIdFault} has something to say. */
export function parseTenantId(text: string): TenantId | null {
  return tenantIdFault(text) === null ? (text as TenantId) : null;
}

/** The identity, or null when the text is none. */
export function parseTenantUid(text: string): TenantUid | null {
  return /^[0-9a-f]{16}$/.test(text) ? (text as TenantUid) : null;
}
