/** Making one takes a browser as long as a hundred uses of it. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(locale: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(key, format);
  return format;
}

export type TimeWords = { readonly now: string; readonly minutes: (count: number) => string };

/** How a mail's time reads in the list: near times by distance, older ones by date. */
export function listTime(created: string, nowMs: number, words: TimeWords, locale?: string): string {
  const atMs = Date.parse(created);
  const seconds = Math.round((nowMs - atMs) / 1000);
  if (seconds < 45 && seconds > -45) return words.now;
  const minutes = Math.round(seconds / 60);
  if (minutes > 0 && minutes < 60) return words.minutes(minutes);
  const at = new Date(atMs);
  const now = new Date(nowMs);
  if (at.toDateString() === now.toDateString()) {
    return formatOf(locale, { hour: '2-digit', minute: '2-digit' }).format(at);
  }
  const sameYear = at.getFullYear() === now.getFullYear();
  return formatOf(locale, {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(at);
}

/** The whole date, for hovering and for the message. */
export function fullTime(created: string, locale?: string): string {
  return formatOf(locale, { dateStyle: 'full', timeStyle: 'medium' }).format(new Date(created));
}

/** Bytes as people say them: `812 B`, `4.2 kB`, `1.3 MB`, `2.1 GB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}
