/** Errors on purpose: what clients are tested with. */
import type { ChaosTriggers } from '../base/chaos.ts';

/** The error that this command gets, or null. `random` is at least 0 and less than 1, drawn for each command. */
export function chaosReply(
  triggers: ChaosTriggers | null,
  kind: keyof ChaosTriggers,
  random: () => number,
): string | null {
  const trigger = triggers?.[kind];
  if (!trigger || random() * 100 >= trigger.probability) return null;
  return `${trigger.code} Chaos ${kind} error`;
}
