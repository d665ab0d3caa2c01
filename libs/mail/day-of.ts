import { fromWall, type TimeZone } from './search-date.ts';

/** A day as clocks of a zone show it, from its first moment to the first of the next one. */
export type Day = { readonly date: string; readonly fromMs: number; readonly toMs: number };

const dayMs = 24 * 3600_000;

/** The day that a moment is in. Cost: some 50 µs, so ask once a day and not once a mail. */
export function dayOf(atMs: number, zone: TimeZone): Day {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
  const date = format.format(atMs);
  const wallMs = Date.parse(`${date}T00:00:00Z`);
  return { date, fromMs: fromWall(wallMs, zone), toMs: fromWall(wallMs + dayMs, zone) };
}
