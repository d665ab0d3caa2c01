/** What differs between two texts that differ in one place, as `- old` and `+ new` lines. */
export function diffLines(before: string, after: string): string[] {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < Math.min(old.length, fresh.length) && old[start] === fresh[start]) start++;
  let same = 0;
  const most = Math.min(old.length, fresh.length) - start;
  while (same < most && old.at(-1 - same) === fresh.at(-1 - same)) same++;
  return [
    ...old.slice(start, old.length - same).map(line => `- ${line}`),
    ...fresh.slice(start, fresh.length - same).map(line => `+ ${line}`),
  ];
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
