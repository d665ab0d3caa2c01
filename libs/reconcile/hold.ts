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
  for (const [path, text] of before.texts) {
    const now = after.texts.get(path);
    if (now !== undefined && now.length < text.length && text.startsWith(now)) {
      return `${path} is the beginning of what it was: it looks cut off`;
    }
  }
  if (before.tenants.size === 0) return '';
  if (after.tenants.size === 0) return 'no tenant is left';
  let removed = 0;
  for (const name of before.tenants.keys()) if (!after.tenants.has(name)) removed++;
  if (removed <= Math.max(largestCount, before.tenants.size * largestShare)) return '';
  return `${removed} of ${before.tenants.size} tenants are gone`;
}
