/** A configuration as the hold looks at it: text of each file by path, and the tenants that come out. */
export type HeldView = {
  readonly texts: ReadonlyMap<string, string>;
  readonly tenants: { readonly size: number; has(name: string): boolean; keys(): Iterable<string> };
};

/** A removal of more tenants than this share, and more than this many, is held. */
const largestShare = 0.1;
const largestCount = 5;

/**
 * Why a change that nobody confirmed must wait; empty when it need not. A file cut in the middle is mostly still valid
 * YAML with fewer tenants, so what looks like one, or takes many tenants away, is asked about first.
 */
export function holdReason(before: HeldView, after: HeldView): string {
  const gone = [...before.tenants.keys()].filter(name => !after.tenants.has(name));
  for (const [path, text] of before.texts) {
    const now = after.texts.get(path);
    if (now !== undefined && now.length < text.length && text.startsWith(now)) {
      const lost = gone.length > 0 ? `; ${countGone(before, gone)}` : '';
      return `${path} is the beginning of what it was: it looks cut off${lost}`;
    }
  }
  if (before.tenants.size === 0) return '';
  if (after.tenants.size === 0) return 'no tenant is left';
  if (gone.length <= Math.max(largestCount, before.tenants.size * largestShare)) return '';
  return countGone(before, gone);
}

/** Tenants that are told by name. */
const maxNamed = 5;

function countGone({ tenants }: HeldView, gone: readonly string[]): string {
  const more = gone.length > maxNamed ? ', …' : '';
  const are = gone.length === 1 ? 'is' : 'are';
  return `${gone.length} of ${tenants.size} tenants ${are} gone: ${gone.slice(0, maxNamed).join(', ')}${more}`;
}
