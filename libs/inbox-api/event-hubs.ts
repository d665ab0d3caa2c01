import { EventHub } from './event-hub.ts';
import type { InboxTenant } from './inbox-tenant.ts';

/** The hubs of a shard's tenants: made when somebody asks for a tenant's events, kept until the tenant ends. */
export class EventHubs {
  readonly #hubs = new Map<InboxTenant, EventHub>();

  of(tenant: InboxTenant): EventHub {
    const hub = this.#hubs.get(tenant) ?? new EventHub(tenant);
    this.#hubs.set(tenant, hub);
    return hub;
  }

  has(tenant: InboxTenant): boolean {
    return this.#hubs.has(tenant);
  }

  close(tenant: InboxTenant): void {
    this.#hubs.get(tenant)?.close();
    this.#hubs.delete(tenant);
  }
}
