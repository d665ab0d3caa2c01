/** Pieces of a mail by themselves: parts, headers, structure. */
import { type Bodies, typeOf } from './mime/bodies.ts';
import type { Header } from './mime/header.ts';
import { decodeForReader, encodingOf } from './mime/part-content.ts';
import { contentId, fileName, isMultipart, type MailPart } from './mime/part-tree.ts';
import { readMail } from './mime/read-mail.ts';

export type ServedPart = {
  readonly contentType: string;
  /** Its name, or its content id; empty when it has neither. Not safe for a path or a header. */
  readonly name: string;
  /** Decoded, text in UTF-8. */
  readonly content: () => Buffer;
};

/** A part that is no body, by its PartID; null when there is none. */
export function findPart(raw: Buffer, id: string): ServedPart | null {
  const { bodies } = readMail(raw);
  const part = servedParts(bodies).find(each => each.id === id && !isMultipart(each));
  if (!part) return null;
  return {
    contentType: typeOf(part),
    name: fileName(part),
    content: () => decodeForReader(raw, part),
  };
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
    byName.set(canonical, [...(byName.get(canonical) ?? []), Buffer.from(value, 'latin1').toString()]);
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
