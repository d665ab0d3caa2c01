import type { FleetReading } from '../spec/read-fleet.ts';
import type { FleetSpec } from '../spec/tenant-spec.ts';

/** A reading without errors. */
export type GoodReading = FleetReading & { readonly fleet: FleetSpec };

export function isGood(reading: FleetReading): reading is GoodReading {
  return reading.fleet !== null;
}
