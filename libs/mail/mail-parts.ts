/** Pieces of a mail by themselves: parts, headers, structure. */
import { type Bodies, typeOf } from './mime/bodies.ts';
import type { Header } from './mime/header.ts';
import { decodeForReader, encodingOf, foreignCharset } from './mime/part-content.ts';
import { decodePieces, isPieceable, type PieceCoding } from './mime/part-pieces.ts';
import { contentId, fileName, isMultipart, type MailPart } from './mime/part-tree.ts';
import { readMail } from './mime/read-mail.ts';

export type ServedPart = {
  readonly contentType: string;
  /** Its name, or its content id; empty when it has neither. Not safe for a path or a header. */
  readonly name: string;
  /** Decoded, text in UTF-8. */
  readonly content: () => Buffer;
  readonly place: PartPlace;
};

/** Where a part stands in the raw mail, first and last byte, and what makes its content of them. */
export type PartPlace = PieceCoding & { readonly first: number; readonly last: number };

/** A part that is no body, by its PartID; null when there is none. */
export function findPart(raw: Buffer, id: string): ServedPart | null {
  const { bodies } = readMail(raw);
  const part = servedParts(bodies).find(each => each.id === id && !isMultipart(each));
  if (!part) return null;
  return {
    contentType: typeOf(part),
    name: fileName(part),
    content: () => decodeForReader(raw, part),
    place: {
      first: part.bodyStart,
      last: part.bodyEnd - 1,
      encoding: encodingOf(part),
      charset: foreignCharset(part),
    },
  };
}

/** Larger content is not carried about: whoever wants it reads it where it stands. */
const maxCarriedBytes = 1024 * 1024;

export type PartToServe = Pick<ServedPart, 'contentType' | 'name'> & {
  readonly sizeBytes: number;
  readonly content: Uint8Array | PartPlace;
};

/** A part with its content, or where that is large with the place that it is to be read from by {@link partPieces}. */
export function partToServe(raw: Buffer, id: string): PartToServe | null {
  const part = findPart(raw, id);
  if (!part) return null;
  const { contentType, name, place } = part;
  const content = part.content();
  const isPlace = content.length > maxCarriedBytes && isPieceable(place);
  return { contentType, name, sizeBytes: content.length, content: isPlace ? place : content };
}

/** The content of a part, from the bytes of its place in the raw mail. */
export function partPieces(encoded: AsyncIterable<Buffer>, place: PartPlace): AsyncIterable<Buffer> {
  return decodePieces(encoded, place);
}

export function servedParts({ attachments, inlines, others }: Bodies): MailPart[] {
  return [...attachments, ...inlines, ...others];
}

/** Header values by canonical name, sorted; folded lines are one, nothing is decoded. */
export function rawHeaders(raw: Buffer): Record<string, string[]> {
  const { header } = readMail(raw);
  const byName = new Map<string, string[]>();
  for (const { name, value } of header.fields) {
    const canonical = canonicalName(name);
    const values = byName.get(canonical) ?? [];
    values.push(Buffer.from(value, 'latin1').toString());
    byName.set(canonical, values);
  }
  return Object.fromEntries([...byName].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `message-id` → `Message-Id`, as Go spells header names; a name with unusual characters stays. */
function canonicalName(name: string): string {
  if (!/^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/.test(name)) return name;
  return name.toLowerCase().replace(/(?:^|-)[a-z]/g, letter => letter.toUpperCase());
}

/** A node of a mail's MIME tree, for those who look at how it is made. */
export type PartStructure = {
  readonly PartID: string;
  readonly ContentType: string;
  /** `charset` and the like, decoded. */
  readonly Parameters: Readonly<Record<string, string>>;
  /** Empty when it names none. */
  readonly Disposition: string;
  readonly FileName: string;
  readonly ContentID: string;
  readonly Encoding: string;
  /** Bytes as they stand in the mail, and with the transfer encoding undone. */
  readonly EncodedSize: number;
  readonly Size: number;
  /** In the mail's order and case. */
  readonly Headers: readonly { readonly Name: string; readonly Value: string }[];
  readonly Parts: readonly PartStructure[];
};

/** The whole tree. Deep as a mail may be, it is no deeper than the reader's limit. */
export function mailStructure(raw: Buffer): PartStructure {
  const { tree } = readMail(raw);
  const made = new Map<MailPart, PartStructure>();
  // Children stand behind their parents.
  for (const part of tree.parts.toReversed()) {
    made.set(part, {
      PartID: part.id,
      ContentType: typeOf(part),
      Parameters: Object.fromEntries(part.contentType.params),
      Disposition: part.disposition.type,
      FileName: fileName(part),
      ContentID: contentId(part),
      Encoding: encodingOf(part),
      EncodedSize: part.bodyEnd - part.bodyStart,
      Size: decodeForReader(raw, part).length,
      Headers: headersInOrder(part.header),
      Parts: part.children.map(child => made.get(child) as PartStructure),
    });
  }
  return made.get(tree.root) as PartStructure;
}

function headersInOrder({ fields }: Header): { Name: string; Value: string }[] {
  return fields.map(({ name, value }) => ({ Name: name, Value: Buffer.from(value, 'latin1').toString() }));
}
