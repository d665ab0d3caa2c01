/** Errors on purpose: what clients are tested with. */

export type ChaosTrigger = {
  /** Reply code, 400–599. */
  readonly code: number;
  /** Percent of the commands that fail, 0–100. */
  readonly probability: number;
};

export type ChaosTriggers = {
  /** MAIL. */
  readonly sender: ChaosTrigger;
  /** Each RCPT. */
  readonly recipient: ChaosTrigger;
  /** Each AUTH. */
  readonly authentication: ChaosTrigger;
};

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
