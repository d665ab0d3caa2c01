import type { MessageSummary } from './message.ts';

/**
 * What a list needs of a mail, with its JSON ready: rows are written once and read often. `Read` and `Tags` change,
 * so the JSON is kept in three pieces around them.
 */
export type MailRow = {
  readonly id: string;
  /** Place in the tenant's order of arrival; grows by one. */
  readonly number: number;
  readonly createdAtMs: number;
  /** Without brackets. */
  readonly messageId: string;
  readonly read: boolean;
  readonly tags: readonly string[];
  readonly sizeBytes: number;
  readonly attachments: number;
  readonly inlines: number;
  /** `{"ID":…,"Read":` · `,"From":…,"Tags":` · `,"Size":…}` */
  readonly json: readonly [head: string, middle: string, tail: string];
};

const escapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** JSON as Go writes it: `<`, `>`, `&`, U+2028 and U+2029 escaped. */
export function toJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, char => escapes[char] as string);
}

/** The three pieces of a summary's JSON. */
export function rowJson(summary: Omit<MessageSummary, 'Read' | 'Tags'>): MailRow['json'] {
  const {
    ID,
    MessageID,
    From,
    To,
    Cc,
    Bcc,
    ReplyTo,
    Subject,
    Created,
    Username,
    Size,
    Attachments,
    Snippet,
  } = summary;
  return [
    `{"ID":${toJson(ID)},"MessageID":${toJson(MessageID)},"Read":`,
    `,${toJson({ From, To, Cc, Bcc, ReplyTo, Subject, Created, Username }).slice(1, -1)},"Tags":`,
    `,${toJson({ Size, Attachments, Snippet }).slice(1)}`,
  ];
}

/** The row's JSON as lists and events carry it. */
export function renderRow(row: Pick<MailRow, 'json' | 'read' | 'tags'>): string {
  const [head, middle, tail] = row.json;
  return `${head}${row.read}${middle}${toJson(row.tags)}${tail}`;
}
