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

/** All text parts that are its text, joined as Mailpit joins them. */
export function textOf({ raw, bodies }: ReadMail): string {
  return bodies.text.map(part => decodePartText(raw, part)).join('\n--\n');
}

/** Empty when the mail has no HTML. */
export function htmlOf({ raw, bodies }: ReadMail): string {
  return bodies.html ? decodePartText(raw, bodies.html) : '';
}
