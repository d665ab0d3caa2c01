import type { TenantId } from '../base/ids.ts';

/** When the file with a tenant's uid was made; 0: the file system does not tell. */
export type MadeAt = { readonly tenant: TenantId; readonly atMs: number };

/** Of two folders with the same uid one is a copy: whether it is `b`, the younger one, or the later in the alphabet. */
export function isOriginal(a: MadeAt, b: MadeAt): boolean {
  return a.atMs === b.atMs ? a.tenant < b.tenant : a.atMs < b.atMs;
}
