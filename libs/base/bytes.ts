const unitBytes = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** `4096`, `512KiB`, `50MiB` or `2GiB` as a number of bytes; null when the text is none of these. */
export function parseBytes(text: string): number | null {
  const match = /^(\d+)\s?(B|KiB|MiB|GiB)?$/.exec(text);
  if (!match) return null;
  const bytes = Number(match[1]) * unitBytes[(match[2] ?? 'B') as keyof typeof unitBytes];
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/** The shortest text that {@link parseBytes} reads back as the same number. */
export function renderBytes(bytes: number): string {
  for (const unit of ['GiB', 'MiB', 'KiB'] as const) {
    if (bytes !== 0 && bytes % unitBytes[unit] === 0) return `${bytes / unitBytes[unit]}${unit}`;
  }
  return String(bytes);
}
