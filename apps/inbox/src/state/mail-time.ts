/** How a mail's time reads in the list: near times by distance, older ones by date. `now` in ms. */
export function listTime(created: string, nowMs: number, locale?: string): string {
  const atMs = Date.parse(created);
  const seconds = Math.round((nowMs - atMs) / 1000);
  if (seconds < 45 && seconds > -45) return 'now';
  const minutes = Math.round(seconds / 60);
  if (minutes > 0 && minutes < 60) return `${minutes} min`;
  const at = new Date(atMs);
  const now = new Date(nowMs);
  if (at.toDateString() === now.toDateString()) {
    return at.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' });
  }
  const sameYear = at.getFullYear() === now.getFullYear();
  return at.toLocaleDateString(locale, {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
  });
}

/** The whole date, for hovering and for the message. */
export function fullTime(created: string, locale?: string): string {
  return new Date(created).toLocaleString(locale, { dateStyle: 'full', timeStyle: 'medium' });
}

/** Bytes as people say them: `812 B`, `4.2 kB`, `1.3 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
