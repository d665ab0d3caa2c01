/** Kinds of values that the API and tags bring; see `kinds.ts`. */

import { flag, type Kind } from './kinds.ts';
import { parseTagItems } from './tag-filters.ts';
import type { TagFilterSpec, TagSource } from './tags-spec.ts';

/** Ports count, schemes do not. */
export const origin: Kind<string> = {
  read: text => {
    if (text === '*') return text;
    const host = text.toLowerCase().replace(/^https?:\/\//, '');
    return /^([a-z0-9]([a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:\d{1,5})?$/.test(host) ? host : null;
  },
  allowed: 'an origin such as https://app.example.com or app.example.com:8080, or * for all of them',
  json: { type: 'string', minLength: 1 },
};

/** What stands in the way of Mailpit's other form: an address of its own. */
export const metricsFlag: Kind<boolean> = {
  ...flag,
  allowed: "true or false; the daemon's own `metrics` may listen on an address",
};

export const tagItems: Kind<readonly TagFilterSpec[]> = {
  read: parseTagItems,
  allowed: 'a list such as sales=invoice "My tag"="some text", with a match behind each tag',
  json: { type: 'string' },
};

const tagSources: Readonly<Record<string, TagSource>> = {
  'plus-addresses': 'plus-addresses',
  'plus-addressing': 'plus-addresses',
  'x-tags': 'x-tags',
  xtags: 'x-tags',
};

export const tagSource: Kind<TagSource> = {
  read: text => (Object.hasOwn(tagSources, text.toLowerCase()) && tagSources[text.toLowerCase()]) || null,
  allowed: 'plus-addresses or x-tags',
  json: { enum: ['plus-addresses', 'x-tags'] },
};
