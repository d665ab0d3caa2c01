/** Dates as mail and the API write them. */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** RFC 3339, no more digits than needed: `2026-11-21T13:54:01.25Z`, or with the zone's `+01:00`. */
export function renderTimestamp(atMs: number, zoneMinutes = 0): string {
  const local = new Date(atMs + zoneMinutes * 60_000).toISOString().replace(/\.?0*Z$/, '');
  if (zoneMinutes === 0) return `${local}Z`;
  const size = Math.abs(zoneMinutes);
  return `${local}${zoneMinutes < 0 ? '-' : '+'}${twoDigits(Math.trunc(size / 60))}:${twoDigits(size % 60)}`;
}

/** A Date header, in UTC: `Sat, 21 Nov 2026 13:54:01 +0000`. */
export function renderMailDate(atMs: number): string {
  const second = Math.floor(atMs / 1000);
  // Many mails come in one second.
  if (second !== lastDate.second) lastDate = { second, text: renderSecond(second) };
  return lastDate.text;
}

let lastDate = { second: Number.NaN, text: '' };

function renderSecond(second: number): string {
  const at = new Date(second * 1000);
  const day = `${days[at.getUTCDay()]}, ${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
  return `${day} ${at.toISOString().slice(11, 19)} +0000`;
}

export type MailDate = {
  readonly atMs: number;
  /** East of UTC. */
  readonly zoneMinutes: number;
};

const datePattern =
  /^(?:[a-z]{3},[ \t]+)?(\d{1,2})[ \t]+([a-z]{3})[ \t]+(\d{4}|\d{2})[ \t]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?[ \t]+([+-]\d{4}|[a-z]{3,4}|ut)(?![^\s(])/i;

/** RFC 5322 §4.3; a name that does not stand here says nothing about the zone. */
const zoneHours: Record<string, number> = {
  EDT: -4,
  EST: -5,
  CDT: -5,
  CST: -6,
  MDT: -6,
  MST: -7,
  PDT: -7,
  PST: -8,
};

/** A Date header's value (RFC 5322 §3.3); null when it is none. Two digits of a year are 1969 to 2068. */
export function parseMailDate(value: string): MailDate | null {
  const match = datePattern.exec(value);
  if (!match) return null;
  const [, dayText, monthText, yearText, hourText, minuteText, secondText, fraction, zone] = match;
  const month = months.findIndex(name => name.toLowerCase() === monthText?.toLowerCase());
  const [day, hour, minute, second] = [dayText, hourText, minuteText, secondText ?? '0'].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const year = Number(yearText) + (yearText?.length === 4 ? 0 : Number(yearText) < 69 ? 2000 : 1900);
  const zoneMinutes = parseZone(zone ?? '');
  if (month < 0 || hour > 23 || minute > 59 || second > 59 || zoneMinutes === null) return null;
  const localMs = Date.UTC(
    year,
    month,
    day,
    hour,
    minute,
    second,
    Number((fraction ?? '').slice(0, 3).padEnd(3, '0')),
  );
  if (new Date(localMs).getUTCDate() !== day) return null;
  return { atMs: localMs - zoneMinutes * 60_000, zoneMinutes };
}

function parseZone(zone: string): number | null {
  if (!/^[+-]/.test(zone)) return (zoneHours[zone.toUpperCase()] ?? 0) * 60;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3));
  if (hours > 24 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

const twoDigits = (value: number) => String(value).padStart(2, '0');
