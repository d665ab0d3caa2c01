import { isMultipart, type MailPart, type PartTree } from './part-tree.ts';

/** What the parts of a mail are for its reader. */
export type Bodies = {
  /** Joined, they are the mail's text. */
  readonly text: readonly MailPart[];
  readonly html: MailPart | null;
  /** Breadth first, as are `inlines` and `others`. */
  readonly attachments: readonly MailPart[];
  readonly inlines: readonly MailPart[];
  /** Neither body nor declared inline or attached, e.g. images of a `multipart/related`. */
  readonly others: readonly MailPart[];
};

/** A part's type; one that names none is text (RFC 2045 §5.2). */
export function typeOf(part: MailPart): string {
  return part.contentType.type || 'text/plain';
}

/** Sorts parts by their disposition and type. A mail of a single part is its body where that can be read. */
export function sortParts({ root, parts }: PartTree): Bodies {
  if (!isMultipart(root)) return sortSingle(root);
  const bodies = inDocumentOrder(root).filter(isBody);
  const plain = bodies.filter(part => typeOf(part) === 'text/plain');
  const alternative = typeOf(root) === 'multipart/alternative';
  return {
    text: alternative ? parts.filter(part => plain.includes(part)).slice(0, 1) : plain,
    html: bodies.find(part => typeOf(part) === 'text/html') ?? null,
    attachments: parts.filter(isAttachment),
    inlines: parts.filter(part => part.disposition.type === 'inline' && !isMultipart(part)),
    others: parts.filter(
      part => part.disposition.type === '' && !isMultipart(part) && !isReadable(part) && !isAttachment(part),
    ),
  };
}

function sortSingle(root: MailPart): Bodies {
  const body = isBody(root);
  const inline = !body && root.disposition.type === 'inline';
  return {
    text: body && typeOf(root) === 'text/plain' ? [root] : [],
    html: body && typeOf(root) === 'text/html' ? root : null,
    attachments: body || inline ? [] : [root],
    inlines: inline ? [root] : [],
    others: [],
  };
}

function isReadable(part: MailPart): boolean {
  const type = typeOf(part);
  return type === 'text/plain' || type === 'text/html';
}

function isBody(part: MailPart): boolean {
  return isReadable(part) && part.disposition.type !== 'attachment';
}

/** A disposition that nobody knows counts as `attachment` (RFC 2183 §2.8) where the part is nothing to read. */
function isAttachment(part: MailPart): boolean {
  const disposition = part.disposition.type;
  if (disposition === 'attachment' || typeOf(part) === 'application/octet-stream') return true;
  return disposition !== '' && disposition !== 'inline' && !isReadable(part) && !isMultipart(part);
}

/** Depth first, the root included. */
function inDocumentOrder(root: MailPart): MailPart[] {
  const ordered: MailPart[] = [];
  const waiting = [root];
  for (let part = waiting.pop(); part; part = waiting.pop()) {
    ordered.push(part);
    waiting.push(...part.children.toReversed());
  }
  return ordered;
}
