/** The only place that writes to the terminal: data on stdout, everything else on stderr. */

/** What was asked for. */
export function printData(text: string): void {
  // Who reads only a part (`| head`) ends it, and that is no failure.
  if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', () => process.exit());
  process.stdout.write(text.endsWith('\n') || text === '' ? text : `${text}\n`);
}

export function printJson(value: unknown): void {
  printData(JSON.stringify(value, null, 2));
}

/** What a person should know and a program need not. */
export function printNote(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Columns with two spaces between them, under a headline; the last one is not padded. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map(line => (line[column] ?? '').length)));
  return lines
    .map(line =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
