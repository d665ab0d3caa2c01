/** Longer endings are no extension but a part of the name. */
const longestExtension = 10;

/** Where a file's name may be cut short: what comes after it, the extension and a little before, is always shown. */
export function endOfStem(name: string): number {
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= longestExtension ? name.length - dot : 0;
  return Math.max(0, name.length - extension - 4);
}
