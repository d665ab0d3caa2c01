import { type ChaosTriggers, noChaos } from '../base/chaos.ts';
import { parseChaosTriggers } from '../spec/chaos-triggers.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';

/** Errors on purpose: as the settings say, until the API says something else. */
export class TenantChaos {
  #settings: string | null = null;
  #triggers: ChaosTriggers = noChaos;

  /** null: chaos is off. */
  triggers(spec: TenantSpec): ChaosTriggers | null {
    this.#follow(spec);
    return isChaosOn(spec) ? this.#triggers : null;
  }

  set(triggers: ChaosTriggers, spec: TenantSpec): void {
    this.#follow(spec);
    this.#triggers = triggers;
  }

  /** What is written anew wins over what was set by the API. */
  #follow({ chaosTriggers }: TenantSpec): void {
    if (this.#settings === chaosTriggers) return;
    this.#settings = chaosTriggers;
    this.#triggers = parseChaosTriggers(chaosTriggers) ?? noChaos;
  }
}

export function isChaosOn({ enableChaos, chaosTriggers }: TenantSpec): boolean {
  return enableChaos || chaosTriggers !== '';
}
