/**
 * What a tenant's HTTP API answers, as data: the shapes that its routes write and its page reads. Names and key order are
 * the API's own; 0 is no limit. Mail itself is described by `libs/mail`.
 */
import type { MessageSummary } from '../mail/message.ts';

export type { PartStructure } from '../mail/mail-parts.ts';
export type { Address, Attachment, Message, MessageSummary } from '../mail/message.ts';

/** A page of a list or of a search. */
export type MessagesSummary = {
  /** Of the whole mailbox. */
  readonly total: number;
  readonly unread: number;
  /** Mails on this page. */
  readonly count: number;
  /** Of the search, or of the whole mailbox. */
  readonly messages_count: number;
  readonly messages_unread: number;
  readonly start: number;
  readonly tags: readonly string[];
  readonly messages: readonly MessageSummary[];
};

/** What happened since a cursor; `Reset`: too much to tell. */
export type MailChanges = {
  readonly Cursor: string;
  readonly New: readonly MessageSummary[];
  readonly Updated: readonly {
    readonly ID: string;
    readonly Read: boolean;
    readonly Tags: readonly string[];
  }[];
  readonly Deleted: readonly string[];
  readonly Reset: boolean;
};

/** Mails of a day; `Start` is where in the list it begins. */
export type DayCount = { readonly Date: string; readonly Count: number; readonly Start: number };

/** A listener as people need it to connect. */
export type ConnectListener = {
  readonly ID: string;
  readonly Protocol: 'smtp' | 'http' | 'pop3';
  readonly TLS: 'none' | 'starttls' | 'implicit';
  readonly RequireSTARTTLS: boolean;
  readonly Login: 'none' | 'anybody' | 'required';
  readonly Users: readonly string[];
  readonly Addresses: readonly { readonly Socket: string; readonly Host: string; readonly Port: number }[];
};

/** How the tenant is reached, and what it keeps. `Evicted`: today. */
export type Connect = {
  readonly Listeners: readonly ConnectListener[];
  readonly Keeps: { readonly Messages: number; readonly AgeMs: number; readonly Bytes: number };
  readonly MaxMessageSize: number;
  readonly Evicted: number;
};

/** What a client and the server said, line by line. `Ended` is empty while it lasts. */
export type SmtpSession = {
  readonly ID: number;
  readonly Started: string;
  readonly Ended: string;
  readonly RemoteAddress: string;
  readonly TLS: boolean;
  /** The first line is the first that was said. */
  readonly Complete: boolean;
  readonly Lines: readonly {
    readonly At: string;
    readonly From: 'client' | 'server';
    readonly Text: string;
  }[];
};

export type AppInformation = {
  readonly Version: string;
  readonly LatestVersion: string;
  readonly Database: string;
  readonly DatabaseSize: number;
  readonly Messages: number;
  readonly Unread: number;
  readonly Tags: Readonly<Record<string, number>>;
  readonly RuntimeStats: {
    readonly Uptime: number;
    readonly Memory: number;
    readonly MessagesDeleted: number;
    readonly SMTPAccepted: number;
    readonly SMTPAcceptedSize: number;
    readonly SMTPRejected: number;
    readonly SMTPIgnored: number;
  };
};

/** What a page needs to know of how the tenant is set up. */
export type WebUiConfiguration = {
  readonly Label: string;
  readonly MessageRelay: {
    readonly Enabled: boolean;
    readonly SMTPServer: string;
    readonly ReturnPath: string;
    readonly AllowedRecipients: string;
    readonly BlockedRecipients: string;
    readonly OverrideFrom: string;
    readonly PreserveMessageIDs: boolean;
    readonly RecipientAllowlist: string;
  };
  readonly SpamAssassin: boolean;
  readonly ChaosEnabled: boolean;
  readonly DuplicatesIgnored: boolean;
  readonly HideDeleteAllButton: boolean;
};

export type ChaosTriggerState = { readonly ErrorCode: number; readonly Probability: number };
export type ChaosState = Readonly<Record<'Sender' | 'Recipient' | 'Authentication', ChaosTriggerState>>;
