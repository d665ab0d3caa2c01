/** The tenant's HTTP API as data. Shapes are the API's own; see docs/compat.md for where they come from. */

export type Address = { readonly Name: string; readonly Address: string };

export type Summary = {
  readonly ID: string;
  readonly MessageID: string;
  readonly Read: boolean;
  readonly From: Address | null;
  readonly To: readonly Address[] | null;
  readonly Cc: readonly Address[] | null;
  readonly Bcc: readonly Address[] | null;
  readonly ReplyTo: readonly Address[] | null;
  readonly Subject: string;
  readonly Created: string;
  readonly Username: string;
  readonly Tags: readonly string[];
  readonly Size: number;
  readonly Attachments: number;
  readonly Snippet: string;
};

export type Page = {
  readonly total: number;
  readonly unread: number;
  /** Of the search, or of the whole inbox. */
  readonly messages_count: number;
  readonly messages_unread: number;
  readonly start: number;
  readonly tags: readonly string[];
  readonly messages: readonly Summary[];
};

/** What happened since a cursor; `Reset`: too much to tell. */
export type Changes = {
  readonly Cursor: string;
  readonly New: readonly Summary[];
  readonly Updated: readonly {
    readonly ID: string;
    readonly Read: boolean;
    readonly Tags: readonly string[];
  }[];
  readonly Deleted: readonly string[];
  readonly Reset: boolean;
};

/** A node of a mail's part tree; headers in the mail's order and case. */
export type PartStructure = {
  readonly PartID: string;
  readonly ContentType: string;
  readonly Parameters: Readonly<Record<string, string>>;
  readonly Disposition: string;
  readonly FileName: string;
  readonly ContentID: string;
  readonly Encoding: string;
  readonly Size: number;
  readonly Headers: readonly { readonly Name: string; readonly Value: string }[];
  readonly Parts: readonly PartStructure[];
};

export type Part = {
  readonly PartID: string;
  readonly FileName: string;
  readonly ContentType: string;
  readonly ContentID: string;
  readonly Size: number;
  readonly Checksums?: { readonly MD5: string; readonly SHA1: string; readonly SHA256: string };
};

export type Message = {
  readonly ID: string;
  readonly MessageID: string;
  readonly From: Address | null;
  readonly To: readonly Address[];
  readonly Cc: readonly Address[];
  readonly Bcc: readonly Address[];
  readonly ReplyTo: readonly Address[];
  readonly ReturnPath: string;
  readonly Subject: string;
  readonly ListUnsubscribe: {
    readonly Header: string;
    readonly Links: readonly string[];
    readonly Errors: string;
    readonly HeaderPost: string;
  };
  readonly Date: string;
  readonly Tags: readonly string[];
  readonly Username: string;
  readonly Text: string;
  readonly HTML: string;
  readonly Size: number;
  readonly Inline: readonly Part[];
  readonly Attachments: readonly Part[];
  readonly ParseError?: string;
};

/** Mails of a day; `Start` is where in the list it begins. */
export type DayCount = { readonly Date: string; readonly Count: number; readonly Start: number };

/** A listener as people need it to connect. */
export type Reachable = {
  readonly ID: string;
  readonly Protocol: 'smtp' | 'http' | 'pop3';
  readonly TLS: 'none' | 'starttls' | 'implicit';
  readonly RequireSTARTTLS: boolean;
  readonly Login: 'none' | 'anybody' | 'required';
  readonly Users: readonly string[];
  readonly Addresses: readonly { readonly Socket: string; readonly Host: string; readonly Port: number }[];
};

/** How the tenant is reached, and what it keeps; 0 is no limit. `Evicted`: today. */
export type Connect = {
  readonly Listeners: readonly Reachable[];
  readonly Keeps: { readonly Messages: number; readonly AgeMs: number; readonly Bytes: number };
  readonly MaxMessageSize: number;
  readonly Evicted: number;
};

/** What a client and the server said, line by line. */
export type SmtpSession = {
  readonly ID: number;
  readonly Started: string;
  readonly RemoteAddress: string;
  readonly TLS: boolean;
  readonly Lines: readonly {
    readonly At: string;
    readonly From: 'client' | 'server';
    readonly Text: string;
  }[];
};

export type Info = {
  readonly Version: string;
  readonly Database: string;
  readonly DatabaseSize: number;
  readonly Messages: number;
  readonly Unread: number;
  readonly Tags: Readonly<Record<string, number>>;
  readonly RuntimeStats: Readonly<
    Record<
      | 'Uptime'
      | 'Memory'
      | 'MessagesDeleted'
      | 'SMTPAccepted'
      | 'SMTPAcceptedSize'
      | 'SMTPRejected'
      | 'SMTPIgnored',
      number
    >
  >;
};

export type WebUi = {
  readonly Label: string;
  readonly ChaosEnabled: boolean;
  readonly DuplicatesIgnored: boolean;
  readonly HideDeleteAllButton: boolean;
};

export type ChaosTrigger = { readonly ErrorCode: number; readonly Probability: number };
export type Chaos = Readonly<Record<'Sender' | 'Recipient' | 'Authentication', ChaosTrigger>>;
