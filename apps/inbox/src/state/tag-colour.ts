/** A tag's colour: the same for a name wherever it is shown. Degrees on the colour wheel, whatever the theme. */
export function tagHue(tag: string): number {
  let hash = 7;
  for (const char of tag.toLowerCase()) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 360;
  // Steps, so that two hues are the same or can be told apart.
  return Math.floor(hash / 20) * 20;
}

/** The query with `tag:` of this tag added, or taken out where it is there. */
export function withTag(query: string, tag: string): string {
  const word = tagQuery(tag);
  return hasTag(query, tag)
    ? query.split(word).join(' ').replace(/\s+/g, ' ').trim()
    : `${query} ${word}`.trim();
}

export const tagQuery = (tag: string) => `tag:${/[\s"]/.test(tag) ? `"${tag.replaceAll('"', '')}"` : tag}`;

export function hasTag(query: string, tag: string): boolean {
  return ` ${query.toLowerCase()} `.includes(` ${tagQuery(tag).toLowerCase()} `);
}

/** Whether a tag, or none, is kept as it is written: every other character the server makes a space. */
export const isTag = (text: string): boolean => text.length <= 100 && /^([\w.@-]+( [\w.@-]+)*)?$/.test(text);
