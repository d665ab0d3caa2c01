/** A search, read: all of its terms must hold. Plain data, so that a backend may turn it into its own language. */
export type SearchQuery = {
  readonly terms: readonly SearchTerm[];
};

/** `addressed` is any of the five address fields. */
export type SearchField =
  | 'all'
  | 'from'
  | 'to'
  | 'cc'
  | 'bcc'
  | 'replyTo'
  | 'addressed'
  | 'subject'
  | 'messageId';

export type SearchTerm =
  /** `text` is part of the field: folded, and normalised as the field is. `messageId` is compared folded. */
  | { readonly kind: 'text'; readonly field: SearchField; readonly text: string; readonly negated: boolean }
  /** Has this very tag, whatever its case. */
  | { readonly kind: 'tag'; readonly name: string; readonly negated: boolean }
  /** `is:unread` is the negation of `read`, `-has:attachment` that of `attachments`. */
  | {
      readonly kind: 'read' | 'tagged' | 'attachments' | 'inlines';
      readonly negated: boolean;
    }
  /** Both bounds belong to the range. */
  | { readonly kind: 'created'; readonly fromMs: number; readonly toMs: number }
  /** Both bounds belong to the range. */
  | { readonly kind: 'size'; readonly minBytes: number; readonly maxBytes: number }
  /** Nothing can match. */
  | { readonly kind: 'never' };
