/** Dates as mail and the API write them. A zone is minutes east of UTC. */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** RFC 3339 in UTC, no more digits than needed: `2026-11-21T13:54:01.25Z`. */
export function renderTimestamp(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.?0*Z$/, 'Z');
}

/** As Received carries it, in UTC: `Sat, 21 Nov 2026 13:54:01 +0000 (UTC)`. */
export function renderReceivedDate(atMs: number): string {
  const at = new Date(atMs);
  const day = `${days[at.getUTCDay()]}, ${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
  return `${day} ${at.toISOString().slice(11, 19)} +0000 (UTC)`;
}
