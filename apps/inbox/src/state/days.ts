import type { DayCount } from './api-shapes.ts';

/** A month of days that have mail, newest first. */
export type Month = { readonly key: string; readonly count: number; readonly days: readonly DayCount[] };

export function byMonth(days: readonly DayCount[]): Month[] {
  const months = new Map<string, DayCount[]>();
  for (const day of days) {
    const key = day.Date.slice(0, 7);
    months.set(key, [...(months.get(key) ?? []), day]);
  }
  return [...months].map(([key, inIt]) => ({
    key,
    count: inIt.reduce((sum, { Count }) => sum + Count, 0),
    days: inIt,
  }));
}

/** Where the list is to go for a date: the newest mail of that day, else of the last day with mail before it. */
export function startOfDate(days: readonly DayCount[], date: string): number | null {
  const day = days.find(one => one.Date <= date) ?? days.at(-1);
  return day ? day.Start : null;
}
