import { type Bodies, sortParts } from './bodies.ts';
import { type Header, parseHeader } from './header.ts';
import { decodePartText } from './part-content.ts';
import { type PartTree, parsePartTree } from './part-tree.ts';

/** A mail taken apart. Holds places in `raw`, decodes nothing by itself. */
export type ReadMail = {
  readonly raw: Buffer;
  readonly header: Header;
  readonly tree: PartTree;
  readonly bodies: Bodies;
};

/** Takes any bytes: a mail that is broken gives what can be read of it and a fault in its tree. */
export function readMail(raw: Buffer, header: Header = parseHeader(raw, 0, raw.length)): ReadMail {
  const tree = parsePartTree(raw, header);
  return { raw, header, tree, bodies: sortParts(tree) };
}

/** All text parts that are its text, joined as Mailpit joins them. Of more than `maxBytes` the first are read. */
export function textOf({ raw, bodies }: ReadMail, maxBytes = Number.POSITIVE_INFINITY): string {
  let left = maxBytes;
  const texts = bodies.text.map(part => {
    const text = left > 0 ? decodePartText(raw, part, left) : '';
    left -= part.bodyEnd - part.bodyStart;
    return text;
  });
  return texts.join('\n--\n');
}

/** Empty when the mail has no HTML. Of more than `maxBytes` the first are read. */
export function htmlOf({ raw, bodies }: ReadMail, maxBytes = Number.POSITIVE_INFINITY): string {
  return bodies.html ? decodePartText(raw, bodies.html, maxBytes) : '';
}
