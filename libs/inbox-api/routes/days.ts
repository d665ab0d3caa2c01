import { type Day, dayOf } from '../../mail/day-of.ts';
import { toJson } from '../../mail/row.ts';
import type { DayCount } from '../../wire/inbox-http.ts';
import type { InboxRequest } from '../inbox-request.ts';
import { jsonText, type Reply } from '../reply.ts';
import { zoneOf } from '../time-zone.ts';

/** Every zone's days begin at a multiple of it. */
const quarterHourMs = 15 * 60_000;

/**
 * `GET api/v1/days`: mails a day of the zone `tz`, newest first; days without are left out. `Start` is where in the list
 * the day begins, so that a page can go there.
 */
export async function listDays({ tenant, query, atLength, unlessGone }: InboxRequest): Promise<Reply> {
  const zone = zoneOf(query);
  const days: DayCount[] = [];
  let [day, total]: [Day | null, number] = [null, 0];
  const counts = await atLength(() => tenant.mailbox.timeCounts(quarterHourMs, unlessGone));
  for (const { fromMs, count } of counts) {
    if (!day || fromMs < day.fromMs) {
      day = dayOf(fromMs, zone);
      days.push({ Date: day.date, Count: 0, Start: total });
    }
    const last = days.at(-1) as DayCount;
    days.splice(-1, 1, { ...last, Count: last.Count + count });
    total += count;
  }
  return jsonText(toJson({ Days: days }));
}
