/** Longest pause before a shard is started again. */
const longestMs = 5000;

/**
 * When to start a shard again. At once, unless it keeps ending before it was ready: then 0.2, 0.4, … 5 s after its end.
 * `earlyEnds` counts the ends in a row that came before it was ready.
 */
export function restartAtMs(endedAtMs: number, earlyEnds: number): number {
  return earlyEnds < 2 ? endedAtMs : endedAtMs + Math.min(longestMs, 100 * 2 ** (earlyEnds - 1));
}
