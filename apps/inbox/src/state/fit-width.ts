/** What browsers leave at both sides of a mail that does not say otherwise. */
export function bodyMargins(html: string): number {
  const isNone =
    /<body\b[^>]*(?:\b(?:left)?margin(?:width)?\s*=\s*["']?0|\bmargin\s*:\s*0)/i.test(html) ||
    /(?:^|[\s,}>])body\b[^{}]*\{[^}]*\bmargin\s*:\s*0/i.test(html);
  return isNone ? 0 : 16;
}

/**
 * How wide a mail wants to be, told from its HTML: it is shown in a frame that nothing outside can measure. 0 where it
 * fits any width by itself.
 */
export function naturalWidth(html: string): number {
  // Made for narrow screens: scaling would defeat it.
  if (/@media[^{]*max-(?:device-)?width/i.test(html)) return 0;
  let widest = 0;
  for (const pattern of [
    /<(?:table|td|th|img|div)\b[^>]*?\swidth\s*=\s*["']?(\d{3,4})(?![\d%])/gi,
    /[;"'\s{](?:min-)?width\s*:\s*(\d{3,4})(?:\.\d+)?px/gi,
  ]) {
    for (const [, width] of html.matchAll(pattern)) widest = Math.max(widest, Number(width));
  }
  return Math.min(widest, 1600);
}
