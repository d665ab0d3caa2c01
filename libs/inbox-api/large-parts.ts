import type { PartToServe } from '../mail/mail-parts.ts';
import type { InboxTenant } from './inbox-tenant.ts';

type Look = Promise<PartToServe | null>;

/** Of a tenant. Whoever reads a part in ranges reads one or two at a time. */
const maxKnown = 16;

const known = new WeakMap<InboxTenant, Map<string, Look>>();

/**
 * Where large parts of mail stand, as far as it was asked for lately: looking for one means reading all of the mail. Mail
 * never changes, so what is known stays true. `look` is asked where nothing is.
 */
export async function largePart(tenant: InboxTenant, key: string, look: () => Look): Look {
  const parts = known.get(tenant) ?? new Map<string, Look>();
  known.set(tenant, parts);
  // Who looked for it may have gone away before its turn came.
  const found = await parts.get(key)?.catch(() => null);
  if (found) return found;
  const looking = look();
  parts.set(key, looking);
  const forget = () => {
    if (parts.get(key) === looking) parts.delete(key);
  };
  // What has its content with it would only take room.
  looking.then(part => (part?.content instanceof Uint8Array ? forget() : undefined), forget);
  const [oldest = ''] = parts.keys();
  if (parts.size > maxKnown) parts.delete(oldest);
  return looking;
}
