/**
 * Cuts a tenants file into its top-level keys and its tenants without reading the YAML inside, so that a change in a
 * file of 9,000 tenants costs no more than what changed.
 *
 * Only the usual shape is cut: block style, one document, plain or quoted words as keys. For anything else the answer is
 * null and the file is read whole. Reading each piece by itself gives what reading the whole would, *provided that no
 * piece has a fault of its own*, such as an open quote or an alias to another piece's anchor: who meets one reads the
 * file whole.
 */

/** A key and all that belongs to it: its line and what follows, up to the next key of its level. */
export type Piece = {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  /** Spaces before the key. */
  readonly indent: number;
  /** Nothing is written in it: `key:` or `key: {}`, comments aside. */
  readonly isEmpty: boolean;
};

export type Cut = {
  /** The top-level keys but `tenants`. */
  readonly sections: ReadonlyMap<string, Piece>;
  /** `tenants` up to the first of them; null: it is not there. */
  readonly head: Piece | null;
  readonly tenants: ReadonlyMap<string, Piece>;
};

/** A key in YAML may be longer, up to 1,024; nobody means one over 128. */
const keyPattern = /(?:"([\w.-]{1,128})"|'([\w.-]{1,128})'|([A-Za-z0-9_][\w.-]{0,127})):(?=[ \r\n]|$)/y;
const nothingMore = / *(?:\{ *\})?(?: +#[^\n]*| *\r?)(?=\n|$)/y;
const brace = / *\{/y;

const [lineFeed, carriageReturn, space, hash] = [0x0a, 0x0d, 0x20, 0x23];

/** The last text that was cut: an edit and the readings around it cut the same one again and again. */
let last: { readonly text: string; readonly cut: Cut | null } | null = null;

/**
 * Cost: about 3 ms for 9,000 tenants, nothing for the text of the call before. Of one that begins like that, the pieces of
 * the beginning are taken over, the same objects.
 */
export function cutText(text: string): Cut | null {
  if (last?.text !== text)
    last = { text, cut: cutFrom(text, last?.cut ? begin(text, last.text, last.cut) : null) };
  return last.cut;
}

/** What is known of a text up to a key of it, where cutting goes on. */
type Begun = {
  readonly sections: Map<string, Piece>;
  readonly head: Piece | null;
  readonly tenants: Map<string, Piece>;
  readonly start: number;
  readonly tenantIndent: number;
};

/** Takes over what lies before the last tenant that begins in the part that both texts have, and goes on with that one. */
function begin(text: string, before: string, { sections, head, tenants }: Cut): Begun | null {
  const same = sharedLength(text, before);
  const kept = new Map<string, Piece>();
  let last: Piece | null = null;
  for (const piece of tenants.values()) {
    // Its key, in quotes perhaps, and the colon.
    if (piece.start + piece.indent + piece.key.length + 3 > same) break;
    if (last) kept.set(last.key, last);
    last = piece;
  }
  if (!last || !head) return null;
  const { start, indent } = last;
  // Keys behind the tenants are seldom, and read anew.
  const first = new Map([...sections].filter(([, piece]) => piece.start < start));
  return { sections: first, head, tenants: kept, start, tenantIndent: indent };
}

/** How long the beginning is that two texts have in common. */
function sharedLength(a: string, b: string): number {
  let [same, differs] = [0, Math.min(a.length, b.length) + 1];
  while (same + 1 < differs) {
    const middle = (same + differs) >> 1;
    if (a.slice(same, middle) === b.slice(same, middle)) same = middle;
    else differs = middle;
  }
  return same;
}

function cutFrom(text: string, begun: Begun | null): Cut | null {
  if (text.includes('\r') && /\r(?!\n)/.test(text)) return null;
  const sections = begun?.sections ?? new Map<string, Piece>();
  const tenants = begun?.tenants ?? new Map<string, Piece>();
  let head: Piece | null = begun?.head ?? null;
  /** Indentation of the tenants; -1: not in their map, 0: no tenant yet. */
  let tenantIndent = begun?.tenantIndent ?? -1;
  let open: { end: number; isEmpty: boolean } | null = null;

  for (let start = begun?.start ?? contentStart(text), next = start; start < text.length; start = next) {
    const newline = text.indexOf('\n', start);
    next = newline === -1 ? text.length : newline + 1;
    let first = start;
    while (text.charCodeAt(first) === space) first++;
    const character = text.charCodeAt(first);
    if (first === next || character === hash || character === lineFeed || character === carriageReturn)
      continue;

    const indent = first - start;
    if (indent > 0 && tenantIndent === 0) tenantIndent = indent;
    if (indent > Math.max(tenantIndent, 0)) {
      if (open === null) return null;
      open.isEmpty = false;
      continue;
    }
    if (indent > 0 && indent < tenantIndent) return null;

    keyPattern.lastIndex = first;
    const match = keyPattern.exec(text);
    if (!match) return null;
    const key = match[1] ?? match[2] ?? match[3] ?? '';
    nothingMore.lastIndex = brace.lastIndex = keyPattern.lastIndex;
    const piece = { key, start, end: text.length, indent, isEmpty: nothingMore.test(text) };
    if (open) open.end = start;
    open = piece;
    if (indent > 0) {
      if (tenants.has(key)) return null;
      tenants.set(key, piece);
    } else if (key === 'tenants') {
      if (head !== null || !piece.isEmpty) return null;
      head = piece;
      tenantIndent = brace.test(text) ? -1 : 0;
    } else {
      if (sections.has(key)) return null;
      sections.set(key, piece);
      tenantIndent = -1;
    }
  }
  // A line below `tenants: {}` would not be read as one of the map.
  return head?.isEmpty === false ? null : { sections, head, tenants };
}

/** Behind a byte order mark and a `---` before the first key. */
function contentStart(text: string): number {
  const preamble = /^\uFEFF?(?:(?:[ \t]*(?:#[^\n]*)?\r?\n)*---[ \t]*\r?(?:\n|$))?/.exec(text);
  return preamble?.[0].length ?? 0;
}
