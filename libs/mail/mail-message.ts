import { createHash } from 'node:crypto';
import { htmlToText } from './html/html-text.ts';
import { parseListUnsubscribe } from './list-unsubscribe.ts';
import { parseMailDate, renderTimestamp } from './mail-date.ts';
import type { Attachment, Message, MessageSummary } from './message.ts';
import { typeOf } from './mime/bodies.ts';
import { decodeHeaderText } from './mime/encoded-words.ts';
import { headerValue, withoutBrackets } from './mime/header.ts';
import { readAddresses } from './mime/mail-addresses.ts';
import { decodeForReader } from './mime/part-content.ts';
import { contentId, fileName, type MailPart } from './mime/part-tree.ts';
import { htmlOf, type ReadMail, readMail, textOf } from './mime/read-mail.ts';
import { type MailRow, renderRow } from './row.ts';

/** A whole mail as the API shows it, made of its bytes and its row. Hashes every part that is listed. */
export function describeMail(row: MailRow, raw: Buffer): Message {
  const mail = readMail(raw);
  const summary = JSON.parse(renderRow(row)) as MessageSummary;
  const addresses = readAddresses(mail.header);
  const text = (key: string) => decodeHeaderText(headerValue(mail.header, key) ?? '');
  const date = parseMailDate(headerValue(mail.header, 'date') ?? '');
  const html = htmlOf(mail);
  return {
    ID: row.id,
    MessageID: summary.MessageID,
    ...addresses,
    ReturnPath: withoutBrackets(text('return-path')) || addresses.From.Address,
    Subject: summary.Subject,
    ListUnsubscribe: parseListUnsubscribe(text('list-unsubscribe'), text('list-unsubscribe-post')),
    Date: date ? renderTimestamp(date.atMs, date.zoneMinutes) : summary.Created,
    Tags: row.tags,
    Username: summary.Username,
    Text: textOf(mail) || htmlToText(html),
    HTML: html,
    Size: row.sizeBytes,
    Inline: [...mail.bodies.inlines, ...mail.bodies.others]
      .filter(isListed)
      .map(part => describePart(mail, part)),
    Attachments: mail.bodies.attachments.filter(isListed).map(part => describePart(mail, part)),
    ...(mail.tree.fault === '' ? {} : { ParseError: mail.tree.fault }),
  };
}

/** Nameless parts count, but nobody could tell them apart in a list. */
function isListed(part: MailPart): boolean {
  return fileName(part) !== '';
}

function describePart({ raw }: ReadMail, part: MailPart): Attachment {
  const bytes = decodeForReader(raw, part);
  const hash = (algorithm: string) => createHash(algorithm).update(bytes).digest('hex');
  return {
    PartID: part.id,
    FileName: fileName(part),
    ContentType: typeOf(part),
    ContentID: contentId(part),
    Size: bytes.length,
    Checksums: { MD5: hash('md5'), SHA1: hash('sha1'), SHA256: hash('sha256') },
  };
}
