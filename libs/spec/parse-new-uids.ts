import { parseTenantId, parseTenantUid, type TenantId, type TenantUid } from '../base/ids.ts';

/**
 * Reads the file of uids that are not yet in the folders of their tenants: `name uid` a line, `name left` when the tenant
 * left its name. A line that a loss of power cut off belongs to nobody yet; each begins with its line feed, so it ends there.
 */
export function parseNewUids(text: string): Map<TenantId, TenantUid> {
  const uids = new Map<TenantId, TenantUid>();
  for (const line of text.split('\n')) {
    const [name = '', word = ''] = line.split(' ');
    const [tenant, uid] = [parseTenantId(name), parseTenantUid(word)];
    if (tenant !== null && uid !== null) uids.set(tenant, uid);
    else if (tenant !== null) uids.delete(tenant);
  }
  return uids;
}
