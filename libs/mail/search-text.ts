import { foldCase } from './fold-case.ts';

/** What searches look through of a mail: header fields apart, and everything together. */
export type SearchText = {
  /** Names and addresses, through {@link normalizeForSearch}; so are `to`, `cc`, `bcc` and `replyTo`. */
  readonly from: string;
  readonly to: string;
  readonly cc: string;
  readonly bcc: string;
  readonly replyTo: string;
  /** Folded, but with its punctuation: `subject:` looks for it. */
  readonly subject: string;
  /** Addresses, subject, text of the body and names of attachments, through {@link normalizeForSearch}: without NUL. */
  readonly all: string;
};

/** Punctuation, white space and NUL that neither a mail nor a query is told apart by. ASCII only: a no-break space stays. */
const separators = /[\0\t\n\f\r "(),;<>\uFEFF]+/g;

/** Text as it is searched: separators are one space, letters are folded. */
export function normalizeForSearch(text: string): string {
  return foldCase(text.replace(separators, ' ').trim());
}
