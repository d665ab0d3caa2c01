import { foldCase } from '../../mail/fold-case.ts';
import type { SearchField, SearchQuery, SearchTerm } from '../../mail/search-query.ts';

/** A condition on a row of `mail`. */
export type SqlCondition = {
  readonly sql: string;
  readonly values: readonly (string | number)[];
  /** It asks for the row of `text` too. */
  readonly needsText: boolean;
  /** It looks through all that is written in a mail. */
  readonly readsAll: boolean;
  /** It holds for unread mail only. */
  readonly unreadOnly: boolean;
};

type TermCondition = Pick<SqlCondition, 'sql' | 'values'>;

/** What {@link matchesQuery} says, as SQL. */
export function searchCondition(query: SearchQuery): SqlCondition {
  const parts = query.terms.map(termCondition);
  return {
    sql: parts.length === 0 ? '1' : conjunction(parts.map(({ sql }) => sql)),
    values: parts.flatMap(({ values }) => values),
    needsText: query.terms.some(({ kind }) => kind === 'text'),
    readsAll: query.terms.some(term => term.kind === 'text' && term.field === 'all'),
    unreadOnly: query.terms.some(isUnread),
  };
}

/** Whether a search asks for unread mail and nothing else. */
export function isUnreadAlone({ terms }: SearchQuery): boolean {
  return terms.length === 1 && terms.every(isUnread);
}

const isUnread = (term: SearchTerm) => term.kind === 'read' && term.negated;

/** As a balanced tree: SQLite takes no expression that is deeper than 1000. */
function conjunction(conditions: readonly string[]): string {
  if (conditions.length === 1) return conditions[0] as string;
  const middle = conditions.length >> 1;
  return `(${conjunction(conditions.slice(0, middle))} AND ${conjunction(conditions.slice(middle))})`;
}

/** SQLite takes no pattern that is much longer. */
const maxLikeLength = 5000;

/** Bounded columns come first, so that the long one is read only where they agree. */
const columns: Record<SearchField, readonly string[]> = {
  all: ['everything'],
  from: ['sender'],
  to: ['recipient'],
  cc: ['cc'],
  bcc: ['bcc'],
  replyTo: ['reply_to'],
  addressed: ['sender', 'recipient', 'cc', 'bcc', 'reply_to'],
  subject: ['subject'],
  messageId: ['text.message_id'],
};

function termCondition(term: SearchTerm): TermCondition {
  switch (term.kind) {
    case 'text': {
      const wanted = columns[term.field];
      // For the long column what is quicker: no text in it has a NUL, nor ASCII capitals, which LIKE would overlook.
      if (term.field === 'all' && term.text.length <= maxLikeLength) {
        const pattern = `%${term.text.replace(/[%_\\]/g, '\\$&')}%`;
        return { sql: negate(term, "everything LIKE ? ESCAPE '\\'"), values: [pattern] };
      }
      return {
        sql: negate(term, `(${wanted.map(column => `instr(${column}, ?) > 0`).join(' OR ')})`),
        values: wanted.map(() => term.text),
      };
    }
    case 'tag':
      return {
        sql: negate(
          term,
          'EXISTS (SELECT 1 FROM mail_tag WHERE folded = ? AND mail_tag.number = mail.number)',
        ),
        values: [foldCase(term.name)],
      };
    case 'read':
      // As the index of unread mail says it.
      return { sql: `read = ${term.negated ? 0 : 1}`, values: [] };
    case 'tagged':
      return { sql: negate(term, 'tags IS NOT NULL'), values: [] };
    case 'attachments':
      return { sql: negate(term, 'attachments > 0'), values: [] };
    case 'inlines':
      return { sql: negate(term, 'inlines > 0'), values: [] };
    case 'created':
      return { sql: 'created BETWEEN ? AND ?', values: [term.fromMs, term.toMs] };
    case 'size':
      return { sql: 'size BETWEEN ? AND ?', values: [term.minBytes, term.maxBytes] };
    case 'never':
      return { sql: '0', values: [] };
  }
}

const negate = ({ negated }: { readonly negated: boolean }, sql: string) => (negated ? `NOT ${sql}` : sql);
