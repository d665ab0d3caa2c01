/** Users for people to read: who they are, never their hashes. */
import type { CredentialSource } from './smtp-spec.ts';
import type { TenantSpec } from './tenant-spec.ts';

/** A user with a hash without the hash; a reference as it is. */
export function hideHash(source: CredentialSource): string {
  return /^(file|env):/.test(source) ? source : `${source.split(':')[0]}:…`;
}

export function hideHashes(spec: TenantSpec): TenantSpec {
  const { ui, sendApi, smtp, pop3 } = spec;
  const hidden = <T extends { readonly auth: readonly CredentialSource[] }>(group: T): T => ({
    ...group,
    auth: group.auth.map(hideHash),
  });
  return { ...spec, ui: hidden(ui), sendApi: hidden(sendApi), smtp: hidden(smtp), pop3: hidden(pop3) };
}
