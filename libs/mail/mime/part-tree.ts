import { type Header, headerValue, parseHeader, withoutBrackets } from './header.ts';
import { type MediaType, noMediaType, parseMediaType } from './media-type.ts';

/** One node of a mail's MIME tree. Holds places in the raw mail, not content: nothing is decoded yet. */
export type MailPart = {
  /** `0` for the root, then `1`, `2.1` …; a multipart's own ends in `.0`. */
  readonly id: string;
  readonly header: Header;
  readonly contentType: MediaType;
  readonly disposition: MediaType;
  /** Where its body stands in the raw mail, without the line end that belongs to the boundary. */
  readonly bodyStart: number;
  readonly bodyEnd: number;
  readonly children: readonly MailPart[];
};

/** More than these a mail's tree does not get: what is beyond them stays part of what is around it. */
const maxParts = 1_000;
const maxDepth = 30;

export type PartTree = {
  readonly root: MailPart;
  /** Breadth first, the root included. */
  readonly parts: readonly MailPart[];
  /** What is broken, one sentence; empty when nothing is. */
  readonly fault: string;
};

type OpenPart = MailPart & { id: string; children: MailPart[]; depth: number };

/** Takes a mail apart. Never fails and never recurses: broken structure gives fewer parts and a fault. */
export function parsePartTree(raw: Buffer, header: Header): PartTree {
  const root = openPart('0', header, raw.length, 0);
  const parts: OpenPart[] = [root];
  let fault = header.fault;
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index] as OpenPart;
    if (!isMultipart(part)) continue;
    const named = part.contentType.params.get('boundary');
    if (!named) fault ||= 'a multipart has no boundary';
    const boundary = named || guessBoundary(raw, part);
    if (boundary === '') continue;
    if (part.depth === maxDepth) {
      fault ||= 'parts are nested too deep';
      continue;
    }
    const prefix = part === root ? '' : `${part.id}.`;
    for (const [start, end] of splitBody(raw, part.bodyStart, part.bodyEnd, boundary)) {
      if (parts.length === maxParts) {
        fault ||= 'the mail has too many parts';
        break;
      }
      const id = `${prefix}${part.children.length + 1}`;
      const child = openPart(id, parseHeader(raw, start, end), end, part.depth + 1);
      fault ||= child.header.fault && `part ${id}: ${child.header.fault}`;
      part.children.push(child);
      parts.push(child);
    }
    // Only now: its children's ids are made of it without the `.0`.
    if (part !== root) part.id += '.0';
  }
  return { root, parts, fault };
}

function openPart(id: string, header: Header, end: number, depth: number): OpenPart {
  const contentType = headerValue(header, 'content-type');
  const disposition = headerValue(header, 'content-disposition');
  return {
    id,
    header,
    contentType: contentType ? parseMediaType(contentType) : noMediaType,
    disposition: disposition ? parseMediaType(disposition) : noMediaType,
    bodyStart: header.bodyStart,
    bodyEnd: end,
    children: [],
    depth,
  };
}

export function isMultipart(part: MailPart): boolean {
  return part.contentType.type.startsWith('multipart/');
}

/** What the first line that could be a boundary names; empty when there is none. */
function guessBoundary(raw: Buffer, part: MailPart): string {
  const start = raw.toString('latin1', part.bodyStart, Math.min(part.bodyEnd, part.bodyStart + 10_000));
  return /^--([^\s-][^\r\n]{0,200}?)[ \t]*\r?$/m.exec(start)?.[1] ?? '';
}

/** Ranges between boundary lines (RFC 2046 §5.1.1). A missing last line is overlooked, so is what is before and after. */
function* splitBody(raw: Buffer, start: number, end: number, boundary: string): Generator<[number, number]> {
  const delimiter = Buffer.from(`--${boundary}`, 'latin1');
  const body = raw.subarray(0, end);
  let partStart = -1;
  for (let at = body.indexOf(delimiter, start); at >= 0; at = body.indexOf(delimiter, at + 1)) {
    if (at > start && raw[at - 1] !== 0x0a) continue;
    let after = at + delimiter.length;
    const closes = raw[after] === 0x2d && raw[after + 1] === 0x2d && after + 2 <= end;
    if (closes) after += 2;
    while (after < end && (raw[after] === 0x20 || raw[after] === 0x09 || raw[after] === 0x0d)) after += 1;
    if (after < end && raw[after] !== 0x0a) continue;
    if (partStart >= 0) {
      const lineEnd = raw[at - 2] === 0x0d && at - 2 >= partStart ? 2 : 1;
      yield [partStart, Math.max(partStart, at - lineEnd)];
    }
    partStart = Math.min(after + 1, end);
    if (closes) return;
  }
  if (partStart >= 0 && partStart < end) yield [partStart, end];
}

/** RFC 2392 id without brackets, percent-decoded, as `cid:` references name it; empty when the part has none. */
export function contentId(part: MailPart): string {
  const id = withoutBrackets(headerValue(part.header, 'content-id') ?? '').replaceAll('+', ' ');
  try {
    return decodeURIComponent(id);
  } catch {
    // Not percent-encoded after all.
    return id;
  }
}

/** What the part wants to be called; empty when it says nothing. Not safe for a path. */
export function fileName(part: MailPart): string {
  const { contentType, disposition } = part;
  return (
    disposition.params.get('filename') ||
    contentType.params.get('name') ||
    contentType.params.get('file') ||
    contentId(part)
  );
}
