/** Changes of a text by offsets: all bytes that no splice names stay as they are. */

export type Splice = { readonly start: number; readonly end: number; readonly text: string };

/** Splices may come in any order but must not overlap. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  return splices
    .toSorted((a, b) => b.start - a.start)
    .reduce((rest, { start, end, text: fresh }) => rest.slice(0, start) + fresh + rest.slice(end), text);
}

/** The line break that the text uses. */
export function lineBreakOf(text: string): '\n' | '\r\n' {
  const first = text.indexOf('\n');
  return first > 0 && text[first - 1] === '\r' ? '\r\n' : '\n';
}

export function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** Where the line ends: before its line break, or at the end of the text. */
export function lineEnd(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  if (newline === -1) return text.length;
  return text[newline - 1] === '\r' ? newline - 1 : newline;
}

/** Where the next line begins. */
export function nextLine(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  return newline === -1 ? text.length : newline + 1;
}

/** Lines to stand below the line that ends at `at`. */
export function linesBelow(at: number, lines: readonly string[], lineBreak: string): Splice {
  return { start: at, end: at, text: lines.map(line => lineBreak + line).join('') };
}
