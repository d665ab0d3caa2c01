import type { TenantId, TenantUid } from '../base/ids.ts';
import type { MailWork, MailWorkDone } from '../wire/mail-work.ts';

/** Who reaches the mail of tenants: the shards of a running fleet, or one that is started for this alone. */
export interface MailHands {
  /**
   * The uid of the folder that the tenant has; while it is just given another one, that is waited for.
   * @throws MpctlError TENANT_FOLDER it has none, TENANT_BUSY that took too long
   */
  uidOf(tenant: TenantId): Promise<TenantUid>;
  /**
   * What can end early does so when it is `cancelled`.
   * @throws MpctlError as the shard did, and SHARD_ENDED
   */
  work<Kind extends MailWork['kind']>(
    tenant: TenantId,
    work: MailWork & { readonly kind: Kind },
    cancelled?: AbortSignal,
  ): Promise<MailWorkDone[Kind]>;
  /**
   * Nobody has the tenant's folder open while `use` works on it, and who connects waits. Work under way may end first. It resolves to the uid that the
   * folder has from then on.
   */
  withClosed(tenant: TenantId, use: (uid: TenantUid) => Promise<TenantUid>): Promise<void>;
  /** Resolves when nobody has the folder open of a tenant that has left its name in the files. */
  untilGone(tenant: TenantId): Promise<void>;
}
