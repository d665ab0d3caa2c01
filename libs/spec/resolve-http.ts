/** What the keys of a tenant's page and API mean together. */
import type { Finding } from './finding.ts';
import type { TenantInput } from './schema.ts';

/** Combinations of a tenant's own keys that cannot be. */
export function httpConflicts({ auth, ui, sendApi }: TenantInput): Finding[] {
  const findings: Finding[] = [];
  const refuse = (path: readonly string[], message: string) =>
    findings.push({ code: 'SPEC_CONFLICT', message, path, at: 'value' });
  const pages = credentialsKey(ui);
  const send = credentialsKey(sendApi);
  if (auth === 'none' && pages) refuse(['auth'], `cannot be none together with ui.${pages}`);
  if (sendApi?.authAcceptAny && send)
    refuse(['sendApi', 'authAcceptAny'], `cannot be together with sendApi.${send}`);
  return findings;
}

/** The defaults without what a tenant says otherwise: that its page has users, or knowingly has none. */
export function withoutOverruled(own: TenantInput, defaults: TenantInput): TenantInput {
  if (own.auth === 'none') return { ...defaults, ui: undefined };
  return credentialsKey(own.ui) ? { ...defaults, auth: undefined } : defaults;
}

function credentialsKey(group: TenantInput['ui']): 'authFile' | 'auth' | null {
  if (group?.authFile) return 'authFile';
  return group?.auth?.length ? 'auth' : null;
}
