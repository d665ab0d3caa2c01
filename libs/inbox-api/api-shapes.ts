/** The shapes of what the API takes and gives, as JSON schemas (the part of them that Swagger 2.0 knows). */

export type Shape =
  | { readonly type: 'string' | 'integer' | 'number' | 'boolean'; readonly format?: string }
  | { readonly type: 'array'; readonly items: Shape }
  | {
      readonly type: 'object';
      readonly properties?: Readonly<Record<string, Shape>>;
      readonly required?: readonly string[];
      readonly additionalProperties?: Shape;
    }
  | { readonly $ref: string };

export const text: Shape = { type: 'string' };
export const integer: Shape = { type: 'integer', format: 'int64' };
export const number: Shape = { type: 'number', format: 'double' };
export const flag: Shape = { type: 'boolean' };
const time: Shape = { type: 'string', format: 'date-time' };

export const list = (items: Shape): Shape => ({ type: 'array', items });
export const mapOf = (values: Shape): Shape => ({ type: 'object', additionalProperties: values });
export const ref = (name: keyof typeof definitions): Shape => ({ $ref: `#/definitions/${name}` });
/** What is answered has all of its keys; what is asked for, those that are `required`. */
export const object = (
  properties: Readonly<Record<string, Shape>>,
  required: readonly string[] = Object.keys(properties),
): Shape => ({ type: 'object', properties, ...(required.length > 0 ? { required } : {}) });

const address = object({ Name: text, Address: text });
const addresses = list(address);
const person = object({ Name: text, Email: text }, ['Email']);
const trigger = object({ ErrorCode: integer, Probability: integer }, []);
const summary = {
  ID: text,
  MessageID: text,
  Read: flag,
  From: address,
  To: addresses,
  Cc: addresses,
  Bcc: addresses,
  ReplyTo: addresses,
  Subject: text,
  Created: time,
  Username: text,
  Tags: list(text),
  Size: integer,
  Attachments: integer,
  Snippet: text,
};
const attachment = object({
  PartID: text,
  FileName: text,
  ContentType: text,
  ContentID: text,
  Size: integer,
  Checksums: object({ MD5: text, SHA1: text, SHA256: text }),
});
const message = {
  ...{ ID: text, MessageID: text, From: address, To: addresses, Cc: addresses, Bcc: addresses },
  ...{ ReplyTo: addresses, ReturnPath: text, Subject: text },
  ListUnsubscribe: object({ Header: text, Links: list(text), Errors: text, HeaderPost: text }),
  ...{ Date: time, Tags: list(text), Username: text, Text: text, HTML: text, Size: integer },
  ...{ Inline: list(attachment), Attachments: list(attachment) },
};

/** By the names that they have in the description. */
export const definitions = {
  MessageSummary: object(summary),
  MessagesSummary: object({
    ...{ total: integer, unread: integer, count: integer, messages_count: integer },
    ...{ messages_unread: integer, start: integer, tags: list(text) },
    messages: list({ $ref: '#/definitions/MessageSummary' }),
  }),
  Message: object({ ...message, ParseError: text }, Object.keys(message)),
  MessageHeaders: mapOf(list(text)),
  AppInformation: object({
    ...{ Version: text, LatestVersion: text, Database: text, DatabaseSize: integer },
    ...{ Messages: integer, Unread: integer, Tags: mapOf(integer) },
    RuntimeStats: object({
      ...{ Uptime: integer, Memory: integer, MessagesDeleted: integer, SMTPAccepted: integer },
      ...{ SMTPAcceptedSize: integer, SMTPRejected: integer, SMTPIgnored: integer },
    }),
  }),
  WebUIConfiguration: object({
    Label: text,
    MessageRelay: object({
      ...{ Enabled: flag, SMTPServer: text, ReturnPath: text, AllowedRecipients: text },
      ...{ BlockedRecipients: text, OverrideFrom: text, PreserveMessageIDs: flag, RecipientAllowlist: text },
    }),
    ...{ SpamAssassin: flag, ChaosEnabled: flag, DuplicatesIgnored: flag, HideDeleteAllButton: flag },
  }),
  ChaosTriggers: object({ Sender: trigger, Recipient: trigger, Authentication: trigger }, []),
  SendRequest: object(
    {
      ...{ From: person, To: list(person), Cc: list(person), Bcc: list(text), ReplyTo: list(person) },
      ...{ Subject: text, Text: text, HTML: text, Tags: list(text), Headers: mapOf(text) },
      Attachments: list(
        object({ Content: text, Filename: text, ContentType: text, ContentID: text }, [
          'Content',
          'Filename',
        ]),
      ),
    },
    ['From'],
  ),
  SendAnswer: object({ ID: text }),
  Changes: object({
    Cursor: text,
    New: list({ $ref: '#/definitions/MessageSummary' }),
    Updated: list(object({ ID: text, Read: flag, Tags: list(text) })),
    Deleted: list(text),
    Reset: flag,
  }),
  Days: object({ Days: list(object({ Date: text, Count: integer, Start: integer })) }),
  Connect: object({
    Listeners: list(
      object({
        ...{ ID: text, Protocol: text, TLS: text, RequireSTARTTLS: flag, Login: text, Users: list(text) },
        Addresses: list(object({ Socket: text, Host: text, Port: integer })),
      }),
    ),
    Keeps: object({ Messages: integer, AgeMs: integer, Bytes: integer }),
    ...{ MaxMessageSize: integer, Evicted: integer },
  }),
  Sessions: object({
    Sessions: list(
      object({
        ...{ ID: integer, Started: time, Ended: text, RemoteAddress: text, TLS: flag, Complete: flag },
        Lines: list(object({ At: time, From: text, Text: text })),
      }),
    ),
  }),
} as const satisfies Readonly<Record<string, Shape>>;
