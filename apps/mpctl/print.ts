/** The only place that writes to the terminal: data on stdout, everything else on stderr. */

import { printable } from '../../libs/base/quote.ts';

/** What was asked for. */
export function printData(text: string): void {
  write(process.stdout, text.endsWith('\n') || text === '' ? text : `${text}\n`);
}

export function printJson(value: unknown): void {
  printData(JSON.stringify(value, null, 2));
}

/** What a person should know and a program need not. */
export function printNote(text: string): void {
  write(process.stderr, `${text}\n`);
}

function write(stream: NodeJS.WriteStream, text: string): void {
  if (stream.listenerCount('error') === 0) stream.on('error', passOver);
  stream.write(text);
}

/** Who reads only a part (`| head`) has what he wanted: the command ends as it would have. */
function passOver(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
}

/** Columns with two spaces between them, under a headline; the last one is not padded. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map(cells => cells.map(printable));
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
