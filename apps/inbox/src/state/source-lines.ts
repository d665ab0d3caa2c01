/** A row of a source view: a line, or a part of a long one. `number` is 0 where the line before goes on. */
export type SourceRow = { readonly number: number; readonly text: string };

/** Cut after so many characters where lines are not wrapped: browsers take long over a line of a megabyte. */
const longestUnwrapped = 5000;

/** Text as rows of one height. `columns`: where lines wrap; 0: they do not. Cost: 10 ms a megabyte. */
export function sourceRows(text: string, columns: number): SourceRow[] {
  const width = columns > 0 ? columns : longestUnwrapped;
  const rows: SourceRow[] = [];
  let number = 0;
  for (const line of text.split(/\r\n|\n|\r/)) {
    number += 1;
    rows.push({ number, text: line.slice(0, width) });
    for (let at = width; at < line.length; at += width)
      rows.push({ number: 0, text: line.slice(at, at + width) });
  }
  return rows;
}
