/**
 * Dates as people type them after `after:` and `before:`. Month before day where both could be; a date alone is its first
 * moment. What is given without a zone is in the searcher's.
 */

/** An IANA name, e.g. `Europe/Berlin`. */
export type TimeZone = string;

/** True for names of time zones as they are written, capitals included. */
export function isTimeZone(name: string): boolean {
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
    return /^[A-Z]/.test(name) && (known === name || known.toLowerCase() !== name.toLowerCase());
  } catch {
    return false;
  }
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const monthName =
  '(JAN(?:UARY)?|FEB(?:RUARY)?|MAR(?:CH)?|APR(?:IL)?|MAY|JUNE?|JULY?|AUG(?:UST)?|SEPT?(?:EMBER)?|OCT(?:OBER)?|' +
  'NOV(?:EMBER)?|DEC(?:EMBER)?)';
const weekday = '(?:(?:MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]* )?';

/** Each form with the places of year, month and day in it; 0: it has none. What follows a date is a time. */
const forms: readonly [form: RegExp, year: number, month: number, day: number][] = [
  [/^(\d{4})([-/.:])(\d{1,2})\2(\d{1,2})(?!\d)/, 1, 3, 4],
  [/^(\d{4})[-/](\d{1,2})$/, 1, 2, 0],
  [/^(\d{4})$/, 1, 0, 0],
  [/^(\d{1,2})([/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)/, 4, 1, 3],
  [/^(\d{4})(\d{2})(\d{2})(?=$| |\d{6}$)/, 1, 2, 3],
  [new RegExp(`^(\\d{4})-${monthName}-(\\d{1,2})(?!\\d)`), 1, 2, 3],
  [new RegExp(`^(\\d{1,2})-${monthName}-(\\d{4})(?!\\d)`), 3, 2, 1],
  [new RegExp(`^${weekday}(\\d{1,2}) ${monthName} (\\d{4}|\\d{2})(?!\\d)`), 3, 2, 1],
  [new RegExp(`^${weekday}${monthName} (\\d{1,2}) (\\d{4})(?!\\d)`), 3, 1, 2],
  [/^(\d{4})年(\d{1,2})月(\d{1,2})日/, 1, 2, 3],
];

/** `Mon Jan 2 15:04:05 MST 2006`: the year comes last. */
const ctime = new RegExp(
  `^${weekday}${monthName} (\\d{1,2}) (\\d{1,2}:\\d{2}(?::\\d{2})?)((?: [A-Z]{3,4}| [-+]\\d{4})*) (\\d{4})$`,
);

const timePattern =
  /^[T ]?(\d{1,2})(?::(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?(?: ?(AM|PM))?(?: ?(Z|[A-Z]{3,4}|[-+]\d{2}:?\d{2}))?(?: [A-Z]{3,4})?$/;

/** Minutes east of UTC. A name that does not stand here counts as UTC. */
const zoneMinutes: Record<string, number> = {
  EST: -300,
  EDT: -240,
  CST: -360,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
  BST: 60,
  WEST: 60,
  CET: 60,
  CEST: 120,
  EET: 120,
  EEST: 180,
  MSK: 180,
  IST: 330,
  JST: 540,
  KST: 540,
  AEST: 600,
  AEDT: 660,
};

/** Milliseconds since 1970; null when the text is no date. */
export function parseSearchDate(text: string, zone: TimeZone): number | null {
  const value = text.toUpperCase().replace(/,/g, ' ').replace(/\s+/g, ' ').trim();
  if (/^(\d{10}|\d{13}|\d{16}|\d{19})$/.test(value)) {
    return Number(value.slice(0, 13).padEnd(13, '0'));
  }
  const turned = value.replace(ctime, '$1 $2 $5 $3$4');
  for (const [form, year, month, day] of forms) {
    const match = form.exec(turned);
    if (match) {
      const rest = turned.slice(match[0].length);
      const at = (place: number) => (place === 0 ? '1' : (match[place] ?? ''));
      const date = [readYear(at(year)), readMonth(at(month)), Number(at(day))] as const;
      return atTime(date, /^\d{6}$/.test(rest) ? rest.replace(/(..)(..)(..)/, '$1:$2:$3') : rest, zone);
    }
  }
  return null;
}

function readYear(text: string): number {
  return Number(text) + (text.length === 4 ? 0 : Number(text) < 69 ? 2000 : 1900);
}

function readMonth(text: string): number {
  const index = months.indexOf(text.slice(0, 3));
  return index < 0 ? Number(text) : index + 1;
}

function atTime(
  [year, month, day]: readonly [number, number, number],
  rest: string,
  zone: TimeZone,
): number | null {
  const match = timePattern.exec(rest.trimEnd());
  if (rest.trim() !== '' && !match) return null;
  const [, hourText, minuteText, secondText, fraction = '', half, zoneText] = match ?? [];
  // Digits alone after a date are no hour.
  if (hourText !== undefined && minuteText === undefined && half === undefined) return null;
  const hour12 = Number(hourText ?? 0);
  if (half !== undefined && (hour12 < 1 || hour12 > 12)) return null;
  const hour = half === undefined ? hour12 : (hour12 % 12) + (half === 'PM' ? 12 : 0);
  const [minute, second] = [Number(minuteText ?? 0), Number(secondText ?? 0)];
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return null;
  const wallMs = Date.UTC(
    year,
    month - 1,
    day,
    hour,
    minute,
    second,
    Number(fraction.slice(0, 3).padEnd(3, '0')),
  );
  if (new Date(wallMs).getUTCDate() !== day) return null;
  return zoneText === undefined ? fromWall(wallMs, zone) : wallMs - readZone(zoneText) * 60_000;
}

function readZone(text: string): number {
  const match = /^([-+])(\d{2}):?(\d{2})$/.exec(text);
  if (!match) return zoneMinutes[text] ?? 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

/** The moment at which clocks of a zone show this time; in the hour that a clock shows twice, the first. */
export function fromWall(wallMs: number, zone: TimeZone): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    era: 'short',
  });
  const offsetAt = (atMs: number) => {
    const part: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(atMs)) part[type] = value;
    const year = part.era === 'BC' ? 1 - Number(part.year) : Number(part.year);
    const shown = Date.UTC(
      year,
      Number(part.month) - 1,
      Number(part.day),
      Number(part.hour),
      Number(part.minute),
      Number(part.second),
    );
    return shown - Math.floor(atMs / 1000) * 1000;
  };
  const guess = wallMs - offsetAt(wallMs - offsetAt(wallMs));
  return wallMs - offsetAt(guess);
}
