import { localZone } from '../inbox-api/time-zone.ts';
import { type TagRules, tagFilter } from '../mail/tags.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';

/** How a tenant's mail gets its tags. Filters are read here, once. */
export function tagRules({ tags: { filters, titleCase, username, disable } }: TenantSpec): TagRules {
  return {
    plusAddresses: !disable.includes('plus-addresses'),
    xTags: !disable.includes('x-tags'),
    username,
    titleCase,
    filters: filters.map(({ match, tags }) => tagFilter(match, tags, localZone)),
  };
}
