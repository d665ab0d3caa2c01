import { parseSearch } from '../mail/parse-search.ts';
import type { TimeZone } from '../mail/search-date.ts';
import type { SearchQuery } from '../mail/search-query.ts';
import { OverLimit } from './inbox-request.ts';

/** Every term is looked for in every mail. */
const maxTerms = 100;
const maxLength = 8 * 1024;

/** A client's search. Throws {@link OverLimit}. */
export function readSearch(text: string, zone: TimeZone): SearchQuery {
  if (text.length > maxLength)
    throw new OverLimit(`Error: the search query is too long (limit: ${maxLength} characters)`);
  const query = parseSearch(text, zone);
  if (query.terms.length > maxTerms)
    throw new OverLimit(`Error: the search query has too many words (limit: ${maxTerms})`);
  return query;
}
