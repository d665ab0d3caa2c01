/** What is known of the live connection, as plain data: the page shows it, `live.ts` moves it. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** The next try starts at `retryAtMs`. */
  | {
      readonly state: 'waiting';
      readonly tries: number;
      readonly retryAtMs: number;
      readonly sinceMs: number;
    }
  | { readonly state: 'retrying'; readonly tries: number; readonly sinceMs: number };

const firstDelayMs = 500;
const longestDelayMs = 30_000;

/**
 * How long to wait before this try (1 for the first): doubles up to 30 s, spread by ± 25 % so that the pages of a
 * restarted server do not all come back at once. `random` is 0 to 1.
 */
export function retryDelayMs(tries: number, random: number): number {
  const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (tries - 1));
  return Math.round(delayMs * (0.75 + random / 2));
}

/** The connection after it was lost, or a try to have it failed. Never gives up. */
export function afterLoss(was: Connection, nowMs: number, random: number): Connection {
  const tries = was.state === 'waiting' || was.state === 'retrying' ? was.tries + 1 : 1;
  const sinceMs = was.state === 'waiting' || was.state === 'retrying' ? was.sinceMs : nowMs;
  return { state: 'waiting', tries, retryAtMs: nowMs + retryDelayMs(tries, random), sinceMs };
}
