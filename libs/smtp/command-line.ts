/** Bytes of a command line as text. */

// Space as Unicode has it: unlike in String.trim, NEL counts and the byte order mark does not.
const isSpace = /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** The text without white space around it. */
export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace.test(text[start] ?? '')) start++;
  while (end > start && isSpace.test(text[end - 1] ?? '')) end--;
  return text.slice(start, end);
}

/** The word before the first space, and the rest. */
export function splitWord(line: string): [word: string, rest: string] {
  const space = line.indexOf(' ');
  return space < 0 ? [line, ''] : [line.slice(0, space), trimSpace(line.slice(space))];
}
