const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `5s`, `10m`, `24h` or `30d` in milliseconds, `0` as 0; null when the text is none of these. */
export function parseDuration(text: string): number | null {
  if (text === '0') return 0;
  const match = /^(\d+)([smhd])$/.exec(text);
  if (!match) return null;
  const ms = Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
  return Number.isSafeInteger(ms) ? ms : null;
}

/** Whole seconds as {@link parseDuration} reads them, in the largest unit that fits: 86,400,000 is `1d`. */
export function renderDuration(ms: number): string {
  if (ms === 0) return '0';
  for (const unit of ['d', 'h', 'm'] as const) {
    if (ms % unitMs[unit] === 0) return `${ms / unitMs[unit]}${unit}`;
  }
  return `${Math.round(ms / unitMs.s)}s`;
}
