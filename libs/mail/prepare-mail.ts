/**
 * A mail as it arrives, made ready to keep: header stamped, row and search text written. Looks at as little of it as
 * that needs; a mail that is broken in any way is kept as well as it can be read.
 */

import { joinSlices } from '../base/join-slices.ts';
import { foldCase } from './fold-case.ts';
import { htmlToPlain } from './html/html-plain.ts';
import { parseMailDate, renderTimestamp } from './mail-date.ts';
import type { Envelope } from './message.ts';
import { decodeHeaderText } from './mime/encoded-words.ts';
import { headerValue, parseHeader, withoutBrackets } from './mime/header.ts';
import { type MailAddresses, readAddresses } from './mime/mail-addresses.ts';
import { fileName } from './mime/part-tree.ts';
import { htmlOf, type ReadMail, readMail, textOf } from './mime/read-mail.ts';
import { newMailId, type RandomSource } from './new-mail-id.ts';
import { type MailRow, rowJson } from './row.ts';
import { matchesQuery } from './search-match.ts';
import { normalizeForSearch, type SearchText } from './search-text.ts';
import { snippetOf } from './snippet.ts';
import { repairLineEnds, type StampSettings, stampMail } from './stamp-mail.ts';
import { defaultTagRules, type TagRules, tagsFor } from './tags.ts';

export type PrepareSettings = StampSettings &
  ReadSettings & {
    /** True: `\r\r\n` is left as it is. */
    readonly strictRfcHeaders: boolean;
  };

/** How a mail is read. */
type ReadSettings = {
  /** {@link defaultTagRules} when left out. */
  readonly tagRules?: TagRules | undefined;
  /** True: a mail is as old as its Date header says. */
  readonly useMessageDates?: boolean | undefined;
};

/** What comes from outside: the clock and chance. */
export type MailBirth = {
  readonly nowMs: number;
  readonly random: RandomSource;
};

/** A mail that nobody has read yet: all that {@link readArrival} needs, now or later. */
export type Arrival = ReadSettings & {
  readonly id: string;
  readonly arrivedAtMs: number;
  /** Who had logged in to send it; empty when nobody had. */
  readonly username: string;
  /** The bytes to keep: the header stamped, the rest as it came. */
  readonly raw: Buffer;
};

export type PreparedMail = {
  /** The mailbox gives it its number. */
  readonly row: Omit<MailRow, 'number'>;
  readonly searchText: SearchText;
  /** The bytes to keep. */
  readonly raw: Buffer;
};

/** {@link receiveMail} and {@link readArrival} in one. */
export function prepareMail(
  data: Buffer,
  envelope: Envelope,
  settings: PrepareSettings,
  birth: MailBirth,
): PreparedMail {
  return readArrival(receiveMail(data, envelope, settings, birth));
}

/** Filters for tags look at so much of a mail as it came; what a search finds, they find anywhere. */
const maxTaggedBytes = 1024 * 1024;

/** What must be done before a mail is safe: looks at its header only. Never fails. */
export function receiveMail(
  data: Buffer,
  envelope: Envelope,
  settings: PrepareSettings,
  { nowMs, random }: MailBirth,
): Arrival {
  const newId = () => newMailId(random);
  const raw = stampIfSound(data, envelope, settings, nowMs, newId);
  const { tagRules, useMessageDates } = settings;
  return { id: newId(), arrivedAtMs: nowMs, username: envelope.username, tagRules, useMessageDates, raw };
}

/** As {@link receiveMail}, of a mail of many megabytes: copied in steps between which `pause` lets others go on. */
export async function receiveLongMail(
  data: Buffer,
  envelope: Envelope,
  settings: PrepareSettings,
  birth: MailBirth,
  pause: () => Promise<unknown>,
): Promise<Arrival> {
  await pause();
  const repaired = settings.strictRfcHeaders ? data : repairLineEnds(data);
  const { bodyStart, fault } = parseHeader(repaired, 0, repaired.length);
  // A broken header is written to nowhere, whoever looks.
  const headEnd = fault ? 0 : bodyStart;
  const arrival = receiveMail(repaired.subarray(0, headEnd), envelope, settings, birth);
  const raw = fault ? data : await joinSlices([arrival.raw, repaired.subarray(headEnd)], pause);
  return { ...arrival, raw };
}

/** What depends on nothing but the arrival. Never fails. Costs grow with the text parts, hardly with attachments. */
export function readArrival({
  id,
  arrivedAtMs,
  username,
  tagRules = defaultTagRules,
  useMessageDates = false,
  raw,
}: Arrival): PreparedMail {
  const mail = readMail(raw);
  const date = useMessageDates ? parseMailDate(headerValue(mail.header, 'date') ?? '') : null;
  const { row, searchText, addresses } = describeMail(mail, {
    id,
    createdAtMs: date?.atMs ?? arrivedAtMs,
    created: date ? renderTimestamp(date.atMs, date.zoneMinutes) : renderTimestamp(arrivedAtMs),
    username,
  });
  const { From, To, Cc, Bcc } = addresses;
  let source: string | null = null;
  const lowered = () => (source ??= raw.toString('utf8', 0, maxTaggedBytes).toLowerCase());
  const tags = tagsFor(
    {
      addresses: [...To, ...Cc, ...Bcc, From],
      xTags: decodeHeaderText(headerValue(mail.header, 'x-tags') ?? ''),
      username,
      holds: ({ match }) => lowered().includes(match),
      isFound: ({ query }) => matchesQuery(query, row, () => searchText),
    },
    tagRules,
  );
  return { raw, row: { ...row, tags }, searchText };
}

/** What a mail's bytes do not say. */
export type MailOrigin = {
  readonly id: string;
  readonly createdAtMs: number;
  /** The same as it is shown. */
  readonly created: string;
  /** Who had logged in to send it. */
  readonly username: string;
};

/** A mail that was kept elsewhere, with its bytes as they are. Never fails. */
export function prepareKept(
  raw: Buffer,
  origin: MailOrigin,
  state: { readonly read: boolean; readonly tags: readonly string[] },
): PreparedMail {
  const { row, searchText } = describeMail(readMail(raw), origin);
  return { raw, row: { ...row, ...state }, searchText };
}

/** When a mail says that it was written; null: it does not. */
export function writtenAtMs(raw: Buffer): number | null {
  return parseMailDate(headerValue(parseHeader(raw, 0, raw.length), 'date') ?? '')?.atMs ?? null;
}

/** Unread, and without tags. */
function describeMail(mail: ReadMail, { id, createdAtMs, created, username }: MailOrigin) {
  const text = textOf(mail, maxRead.text);
  const html = htmlToPlain(htmlOf(mail, maxRead.html));
  const addresses = readAddresses(mail.header);
  const header = (key: string) => decodeHeaderText(headerValue(mail.header, key) ?? '');
  const subject = header('subject');
  const searchText = searchTextOf(mail, addresses, subject, bodyWords(html.linked, text));
  const described = {
    id,
    createdAtMs,
    messageId: withoutBrackets(header('message-id')),
    read: false,
    tags: [],
    sizeBytes: mail.raw.length,
    attachments: mail.bodies.attachments.length,
    inlines: mail.bodies.inlines.length,
  };
  const json = rowJson({
    ID: id,
    MessageID: described.messageId,
    ...addresses,
    Subject: subject,
    Created: created,
    Username: username,
    Size: described.sizeBytes,
    Attachments: described.attachments,
    Snippet: snippetOf(mail.bodies.html ? html.text : text),
  });
  return { row: { ...described, json }, searchText, addresses };
}

/** A header that is broken is not written to: such a mail is kept as it came. */
function stampIfSound(
  data: Buffer,
  envelope: Envelope,
  settings: PrepareSettings,
  nowMs: number,
  newId: () => string,
): Buffer {
  const repaired = settings.strictRfcHeaders ? data : repairLineEnds(data);
  const header = parseHeader(repaired, 0, repaired.length);
  return header.fault ? data : stampMail(repaired, header, envelope, settings, nowMs, newId);
}

/**
 * So much of a body is read when a mail arrives, in bytes as they came: HTML takes 70 µs a kB, and others wait meanwhile.
 * A mail with more text than that is nothing that people read, nor search.
 */
const maxRead = { text: 512 * 1024, html: 256 * 1024 };

/** Characters of a header's field. */
const maxSearched = 64 * 1024;

/** What both forms of a body say, once where they say the same. */
function bodyWords(html: string, text: string): string {
  const [htmlWords, textWords] = [html, text].map(normalizeForSearch);
  return htmlWords?.includes(textWords ?? '') ? htmlWords : `${htmlWords} ${textWords}`;
}

function searchTextOf(
  { header, bodies }: ReadMail,
  addresses: MailAddresses,
  subject: string,
  body: string,
): SearchText {
  const bounded = (text: string) => normalizeForSearch(text.slice(0, maxSearched));
  const words = (list: MailAddresses['To']) =>
    bounded(list.map(({ Name, Address }) => `${Name} ${Address}`).join(' '));
  const from = words([addresses.From]);
  const to = words(addresses.To);
  const cc = words(addresses.Cc);
  const bcc = words(addresses.Bcc);
  const replyTo = words(addresses.ReplyTo);
  const returnPath = bounded(headerValue(header, 'return-path') ?? '');
  const names = bounded(bodies.attachments.map(fileName).join(' '));
  return {
    from,
    to,
    cc,
    bcc,
    replyTo,
    subject: foldCase(subject.slice(0, maxSearched)),
    all: [from, bounded(subject), to, cc, bcc, replyTo, returnPath, body.trim(), names]
      .filter(part => part !== '')
      .join(' '),
  };
}
