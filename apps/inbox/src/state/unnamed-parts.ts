import type { Message, Part, PartStructure } from './api-shapes.ts';

/** What hangs on a mail without a name, which its message leaves out: leaves that are neither its text nor listed there. */
export function unnamedParts(
  root: PartStructure,
  { Attachments, Inline }: Pick<Message, 'Attachments' | 'Inline'>,
  nameOf: (type: string) => string,
): Part[] {
  const listed = new Set([...Attachments, ...Inline].map(({ PartID }) => PartID));
  const leaves = (part: PartStructure): PartStructure[] =>
    part.Parts.length === 0 ? [part] : part.Parts.flatMap(leaves);
  return leaves(root)
    .filter(({ PartID }) => !listed.has(PartID))
    .filter(
      ({ ContentType, Disposition }) =>
        !/^text\/(plain|html)$/.test(ContentType) || Disposition === 'attachment',
    )
    .map(({ PartID, ContentType, ContentID, Size }) => ({
      ...{ PartID, ContentType, ContentID, Size },
      FileName: nameOf(ContentType),
      Checksums: { MD5: '', SHA1: '', SHA256: '' },
    }));
}
