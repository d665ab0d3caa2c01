/** Mail as data, in the names and shapes of Mailpit's API, which are kept as they are (capital letters included). */

export type Address = { readonly Name: string; readonly Address: string };

/** A row of a list, and what the `new` event carries. Key order is the contract's. */
export type MessageSummary = {
  /** 22 of 0-9A-Za-z, random. */
  readonly ID: string;
  readonly MessageID: string;
  readonly Read: boolean;
  readonly From: Address;
  readonly To: readonly Address[];
  readonly Cc: readonly Address[];
  readonly Bcc: readonly Address[];
  readonly ReplyTo: readonly Address[];
  readonly Subject: string;
  /** RFC 3339 with milliseconds. */
  readonly Created: string;
  /** Login or HTTP user that brought it; empty when none. */
  readonly Username: string;
  readonly Tags: readonly string[];
  /** Bytes as stored. */
  readonly Size: number;
  readonly Attachments: number;
  readonly Snippet: string;
};

/** Who a mail says it is from and for, apart from its headers. */
export type Envelope = {
  /** MAIL FROM without brackets; empty for the null sender. */
  readonly from: string;
  /** RCPT TO as given, in order, duplicates kept. */
  readonly to: readonly string[];
  /** EHLO or HELO argument. */
  readonly helo: string;
  readonly remoteAddress: string;
  /** Host name of the peer, or `unknown`. */
  readonly remoteHost: string;
  /** Empty when nobody logged in. */
  readonly username: string;
};

/** A part of a mail that is not its body. */
export type Attachment = {
  readonly PartID: string;
  /** Its ContentID where it has no name. */
  readonly FileName: string;
  readonly ContentType: string;
  readonly ContentID: string;
  /** Bytes as they are given out. */
  readonly Size: number;
  /** Lower-case hex. */
  readonly Checksums: { readonly MD5: string; readonly SHA1: string; readonly SHA256: string };
};

export type ListUnsubscribe = {
  readonly Header: string;
  readonly Links: readonly string[];
  /** What is wrong with the header, joined with `, `. */
  readonly Errors: string;
  /** Value of List-Unsubscribe-Post. */
  readonly HeaderPost: string;
};

/** A whole mail. Key order is the contract's. */
export type Message = {
  readonly ID: string;
  readonly MessageID: string;
  readonly From: Address;
  readonly To: readonly Address[];
  readonly Cc: readonly Address[];
  readonly Bcc: readonly Address[];
  readonly ReplyTo: readonly Address[];
  readonly ReturnPath: string;
  readonly Subject: string;
  readonly ListUnsubscribe: ListUnsubscribe;
  /** Of the Date header in its own zone, else when it was stored. */
  readonly Date: string;
  readonly Tags: readonly string[];
  readonly Username: string;
  readonly Text: string;
  readonly HTML: string;
  readonly Size: number;
  readonly Inline: readonly Attachment[];
  readonly Attachments: readonly Attachment[];
  /** What is broken about the mail; there only when something is. */
  readonly ParseError?: string;
};
