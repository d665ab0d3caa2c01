import { isTimeZone, type TimeZone } from '../mail/search-date.ts';

/** The machine's own. */
export const localZone: TimeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The zone in which a client counts its days: `?tz=`, or the machine's when it names none that there is. */
export function zoneOf(query: URLSearchParams): TimeZone {
  const zone = query.get('tz') ?? '';
  return isTimeZone(zone) ? zone : localZone;
}
