/** What a request asks for, before anything is decided about it: its path below the tenant's webroot, decoded. */
export type RequestTarget =
  /** `segments` are percent-decoded one by one: an encoded slash stays inside of its segment. */
  | { readonly kind: 'path'; readonly segments: readonly string[]; readonly query: string }
  /** The same thing has a better name. */
  | { readonly kind: 'redirect'; readonly status: 302 | 307; readonly location: string }
  /** Not below the webroot. */
  | { readonly kind: 'outside' }
  /** `OPTIONS *` */
  | { readonly kind: 'server' }
  | { readonly kind: 'malformed' };

/** Folders whose name without a slash leads to the one with it. */
const folders = new Set(['api', 'dist', 'view']);

/** Nearly all: nothing encoded, nothing to be cleaned. */
const plainPath = /^\/(?:[\w-][\w.-]*\/)*(?:[\w-][\w.-]*)?$/;

/** Reads a request line's target. `webroot` begins and ends with a slash. */
export function parseRequestTarget(target: string, webroot: string): RequestTarget {
  if (target === '*') return { kind: 'server' };
  const origin = target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = origin.indexOf('?');
  const path = mark < 0 ? origin : origin.slice(0, mark);
  const query = mark < 0 ? '' : origin.slice(mark + 1);
  const isPlain = plainPath.test(path);
  if (!isPlain && (!path.startsWith('/') || /%(?![0-9a-f]{2})/i.test(path))) return { kind: 'malformed' };

  const clean = isPlain ? path : cleanPath(path);
  const withQuery = (location: string) => (mark < 0 ? location : `${location}?${query}`);
  if (clean !== path) return { kind: 'redirect', status: 307, location: withQuery(clean) };
  if (`${path}/` === webroot) return { kind: 'redirect', status: 302, location: webroot };
  if (!path.startsWith(webroot)) return { kind: 'outside' };
  const below = path.slice(webroot.length);
  if (folders.has(below)) return { kind: 'redirect', status: 307, location: withQuery(`${path}/`) };
  const segments = below.split('/');
  return { kind: 'path', segments: isPlain ? segments : segments.map(decodeSegment), query };
}

/** Without `//`, `.` and `..`; a slash at the end stays. */
function cleanPath(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  const end = kept.length > 0 && /\/\.{0,2}$/.test(path) ? '/' : '';
  return `/${kept.join('/')}${end}`;
}

/** Bytes that are no UTF-8 become U+FFFD: they name nothing, and that is not the client's mistake to hear about. */
function decodeSegment(segment: string): string {
  if (!segment.includes('%')) return segment;
  const bytes = segment.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString();
}
