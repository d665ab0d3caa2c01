/** What the operator wants of tags: a part of a tenant's spec, plain JSON like the rest of it. */

/** Tags for mails that hold a text, or that a search finds. */
export type TagFilterSpec = {
  readonly match: string;
  /** As written; what no tag may have in it is taken out later. */
  readonly tags: readonly string[];
};

/** What tags are made of by themselves. */
export type TagSource = 'plus-addresses' | 'x-tags';

export type TagsSpec = {
  readonly filters: readonly TagFilterSpec[];
  readonly titleCase: boolean;
  readonly username: boolean;
  readonly disable: readonly TagSource[];
};
