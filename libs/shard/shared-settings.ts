import type { TenantSpec } from '../spec/tenant-spec.ts';
import { withSharedBinds } from '../wire/shared-binds.ts';

/** Beyond this it begins anew: tenants that come later share with each other only. */
const maxKnown = 1000;

/**
 * Keeps the settings of many tenants small: parts that are equal become one object, and the tenant's name is left out of
 * paths, since a shard gets its sockets open.
 */
export class SharedSettings {
  readonly #known = new Map<string, object>();

  share(spec: TenantSpec): TenantSpec {
    const listeners = spec.listeners.map(listener => withSharedBinds(listener, spec.id));
    const shared: Record<string, unknown> = { ...spec, listeners };
    for (const [key, value] of Object.entries(shared)) {
      if (typeof value === 'object' && value !== null) shared[key] = this.#one(value);
    }
    return shared as TenantSpec;
  }

  #one(value: object): object {
    const text = JSON.stringify(value);
    const known = this.#known.get(text);
    if (known) return known;
    if (this.#known.size >= maxKnown) this.#known.clear();
    this.#known.set(text, value);
    return value;
  }
}
