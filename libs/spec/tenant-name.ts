import { parseTenantId, tenantIdFault } from '../base/ids.ts';
import { quote } from '../base/quote.ts';
import { type Finding, mergeKeyFault } from './finding.ts';

/** What is wrong with a key below `tenants` that is no tenant's name, and what would do instead. */
export function tenantNameFinding(name: string): Finding {
  const bad = { code: 'SPEC_BAD_NAME', path: [], at: 'key' } as const;
  if (name === '<<') return { ...bad, ...mergeKeyFault };
  const spelled = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const hint = parseTenantId(spelled) === null ? {} : { hint: `${spelled} would do` };
  return { ...bad, message: `${quote(name)} ${tenantIdFault(name)}`, ...hint };
}
