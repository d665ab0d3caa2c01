import { foldCase } from './fold-case.ts';
import type { MailRow } from './row.ts';
import type { SearchQuery, SearchTerm } from './search-query.ts';
import type { SearchText } from './search-text.ts';

/** What a backend must agree with, however it finds its mails. `text` is asked for only when a term needs it. */
export function matchesQuery(
  query: SearchQuery,
  row: Omit<MailRow, 'number'>,
  text: () => SearchText,
): boolean {
  return query.terms.every(term => matchesTerm(term, row, text));
}

function matchesTerm(term: SearchTerm, row: Omit<MailRow, 'number'>, text: () => SearchText): boolean {
  switch (term.kind) {
    case 'text':
      return hasText(term, row, text) !== term.negated;
    case 'tag': {
      const name = foldCase(term.name);
      return row.tags.some(tag => foldCase(tag) === name) !== term.negated;
    }
    case 'read':
      return row.read !== term.negated;
    case 'tagged':
      return row.tags.length > 0 !== term.negated;
    case 'attachments':
      return row.attachments > 0 !== term.negated;
    case 'inlines':
      return row.inlines > 0 !== term.negated;
    case 'created':
      return term.fromMs <= row.createdAtMs && row.createdAtMs <= term.toMs;
    case 'size':
      return term.minBytes <= row.sizeBytes && row.sizeBytes <= term.maxBytes;
    case 'never':
      return false;
  }
}

function hasText(
  { field, text: wanted }: SearchTerm & { kind: 'text' },
  row: Omit<MailRow, 'number'>,
  text: () => SearchText,
): boolean {
  switch (field) {
    case 'messageId':
      return foldCase(row.messageId).includes(wanted);
    case 'addressed': {
      const { from, to, cc, bcc, replyTo } = text();
      return [from, to, cc, bcc, replyTo].some(addresses => addresses.includes(wanted));
    }
    default:
      return text()[field].includes(wanted);
  }
}
