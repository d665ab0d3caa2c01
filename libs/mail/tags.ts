import { foldCase } from './fold-case.ts';
import type { Address } from './message.ts';
import { parseSearch } from './parse-search.ts';
import type { TimeZone } from './search-date.ts';
import type { SearchQuery } from './search-query.ts';

/** Which tags a mail gets when it arrives. */
export type TagRules = {
  /** `x+sales@example.com` gives `sales`. */
  readonly plusAddresses: boolean;
  /** The mail's own X-Tags header counts. */
  readonly xTags: boolean;
  /** The login that brought it is a tag. */
  readonly username: boolean;
  /** Tags of the mail's own making begin with capitals. */
  readonly titleCase: boolean;
  readonly filters: readonly TagFilter[];
};

export const defaultTagRules: TagRules = {
  plusAddresses: true,
  xTags: true,
  username: false,
  titleCase: false,
  filters: [],
};

/** Tags for mails that hold a text, or that a search finds: either will do. */
export type TagFilter = {
  readonly match: string;
  readonly query: SearchQuery;
  readonly tags: readonly string[];
};

export function tagFilter(match: string, tags: readonly string[], zone: TimeZone): TagFilter {
  return { match, query: parseSearch(match, zone), tags: tags.map(cleanTag).filter(tag => tag !== '') };
}

/** A tag as it is kept: up to 100 of `A-Z a-z 0-9 - _ . @` and single spaces; empty when nothing is left. */
export function cleanTag(text: string): string {
  return text
    .slice(0, 10_000)
    .replace(/[^A-Za-z0-9\-_.@]+/g, ' ')
    .trim()
    .slice(0, 100)
    .trim();
}

/** Each tag once, whatever its case, in the spelling that comes first. */
export function distinctTags(tags: readonly string[]): string[] {
  const byFolded = new Map<string, string>();
  for (const tag of tags) if (tag !== '' && !byFolded.has(foldCase(tag))) byFolded.set(foldCase(tag), tag);
  return [...byFolded.values()];
}

/** What tags are made of. */
export type TagSources = {
  /** Of From, To, Cc and Bcc. */
  readonly addresses: readonly Address[];
  /** Value of X-Tags, decoded. */
  readonly xTags: string;
  readonly username: string;
  /** Whether the mail holds the text of a filter. */
  readonly holds: (filter: TagFilter) => boolean;
  /** Whether a search for it finds the mail. */
  readonly isFound: (filter: TagFilter) => boolean;
};

/** The tags of a new mail, in the order in which they are kept. */
export function tagsFor(sources: TagSources, rules: TagRules): readonly string[] {
  const own = [
    ...(rules.xTags ? sources.xTags.split(',') : []),
    ...(rules.plusAddresses ? sources.addresses.flatMap(plusTags) : []),
  ];
  const held = rules.filters.filter(sources.holds);
  const found = rules.filters.filter(filter => !held.includes(filter) && sources.isFound(filter));
  // Of two spellings the first stays.
  const all = [
    ...held.flatMap(({ tags }) => tags),
    ...own.map(tag => cleanTag(rules.titleCase ? titleCase(tag) : tag)),
    ...(rules.username ? [cleanTag(sources.username)] : []),
    ...found.flatMap(({ tags }) => tags),
  ];
  return all.length === 0 ? all : distinctTags(all).sort();
}

function plusTags({ Address: address }: Address): string[] {
  const plus = address.indexOf('+');
  const at = plus < 0 ? -1 : address.indexOf('@', plus);
  return at < 0 ? [] : address.slice(plus + 1, at).split('+');
}

/** The first letter of each word; an apostrophe does not end one. */
function titleCase(text: string): string {
  return text.replace(/(?<![\p{L}\p{N}'’_.])\p{L}/gu, letter => letter.toUpperCase());
}
