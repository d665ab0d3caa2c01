import type { NewMail, NewRow, Retention } from './change.ts';

export const noLimits: Retention = { maxMessages: 0, maxAgeMs: 0, maxBytes: 0 };

export type MailParts = Partial<Omit<NewRow, 'id' | 'json' | 'sizeBytes'>> & {
  readonly raw?: Buffer;
  readonly from?: string;
  readonly to?: string;
  readonly subject?: string;
  readonly text?: string;
};

/** A mail that is told apart by its id alone unless a test says more. */
export function aMail(id: string, parts: MailParts = {}): NewMail {
  const {
    raw = Buffer.from(`Subject: ${id}\r\n\r\n${id}\r\n`),
    from = '',
    to = '',
    subject = '',
    text = '',
    ...row
  } = parts;
  return {
    row: {
      id,
      createdAtMs: 0,
      messageId: '',
      read: false,
      tags: [],
      sizeBytes: raw.length,
      attachments: 0,
      inlines: 0,
      json: [`{"ID":"${id}","Read":`, `,"Subject":"${id}","Tags":`, `,"Snippet":""}`],
      ...row,
    },
    searchText: { from, to, cc: '', bcc: '', replyTo: '', subject, all: text },
    raw,
  };
}
