/** The keys of tags, and of the page and the API but for who may use them. Part of `schema.ts`. */
import { flag, path } from './kinds.ts';
import { metricsFlag, origin, tagItems, tagSource } from './kinds-page.ts';
import { many, one, tenant } from './schema-parts.ts';

const live = 'live' as const;

export const tagsKeys = {
  config: one(null, path, {
    description:
      'A YAML file that says which mail gets which tags: `filters:` with a list of `{match: <search or text>, tags: "a,b"}`.',
    default: null,
    otherwise: 'none',
    example: 'tags.yaml',
    apply: live,
  }),
  titleCase: tenant('tags.titleCase', flag, {
    description: 'Tags that mails bring along begin with capitals.',
    default: 'false',
    example: 'true',
    apply: live,
  }),
  username: tenant('tags.username', flag, {
    description: 'The login that brought a mail is a tag of it.',
    default: 'false',
    example: 'true',
    apply: live,
  }),
  disable: many('tags.disable', tagSource, {
    description: 'Takes no tags from these: `plus-addresses`, `x-tags`.',
    default: '[]',
    example: '[x-tags]',
    apply: live,
  }),
};

/** What has a Mailpit name outside the groups. */
export const pageKeys = {
  tag: tenant('tags.filters', tagItems, {
    description: 'Tags for mails that hold a text, or that a search finds, beside those of `tags.config`.',
    default: '',
    example: '\'sales=invoice "My tag"="subject:welcome"\'',
    apply: live,
  }),
  apiCors: many('apiCors', origin, {
    description: 'Origins whose pages may use the API.',
    default: '[]',
    example: 'https://app.example.com',
    apply: live,
  }),
  prometheus: tenant('prometheus', metricsFlag, {
    description: "Shows the tenant's figures to Prometheus at `<webroot>metrics`.",
    default: 'false',
    example: 'true',
    apply: live,
  }),
  disableHttpCompression: tenant('disableHttpCompression', flag, {
    description: 'Sends nothing compressed.',
    default: 'false',
    example: 'true',
    apply: live,
  }),
  blockRemoteCssAndFonts: tenant('blockRemoteCssAndFonts', flag, {
    description: 'Keeps the page from loading the style sheets and fonts that mails name.',
    default: 'false',
    example: 'true',
    apply: live,
  }),
  hideDeleteAllButton: tenant('hideDeleteAllButton', flag, {
    description: 'The page offers no button that deletes everything; the API still does.',
    default: 'false',
    example: 'true',
    apply: live,
  }),
  demoMode: tenant('demoMode', flag, {
    description: 'For a public demonstration: nothing is sent by the API, and 1,000 mails are kept at most.',
    default: 'false',
    example: 'true',
    apply: live,
  }),
};
