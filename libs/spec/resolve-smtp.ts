/**
 * What SMTP's and POP3's keys mean together: what a listener does when it says nothing itself, and which combinations
 * are refused. The rules are Mailpit's, for each listener on its own.
 */
import type { Finding } from './finding.ts';
import type { ListenerInput, TenantInput } from './schema.ts';
import type { TlsMode } from './smtp-spec.ts';
import type { ListenerProtocol, ListenerSpec } from './tenant-spec.ts';

type LineSettings = Pick<ListenerSpec, 'tls' | 'requireStarttls' | 'xclient' | 'proxyProtocol'>;

/** How a listener speaks. Findings tell what cannot be. */
export function resolveLineSettings(
  path: readonly string[],
  protocol: ListenerProtocol,
  written: ListenerInput,
  tenant: TenantInput,
  findings: Finding[],
): LineSettings {
  const refuse = (key: string, message: string) =>
    findings.push({ code: 'SPEC_CONFLICT', message, path: [...path, key], at: 'value' });
  for (const key of lineKeys) {
    if (written?.[key] && written[key] !== 'none' && !takesKey[protocol].includes(key))
      refuse(key, `is not for a listener that speaks ${protocol}`);
  }
  if (protocol === 'http')
    return { tls: 'none', requireStarttls: false, xclient: false, proxyProtocol: false };

  const tls = written?.tls ?? (protocol === 'smtp' ? smtpTls(tenant) : pop3Tls(tenant));
  const group = protocol === 'smtp' ? tenant.smtp : tenant.pop3;
  if (tls !== 'none' && !group?.tlsCert && written?.tls)
    refuse('tls', `${tls} needs ${protocol}.tlsCert and ${protocol}.tlsKey`);
  if (protocol === 'pop3' && !tenant.pop3?.authFile && !tenant.pop3?.auth?.length)
    findings.push({
      code: 'SPEC_CONFLICT',
      message: 'a POP3 listener needs pop3.auth or pop3.authFile',
      path,
      at: 'key',
    });
  if (written?.requireStarttls && tls !== 'starttls') refuse('requireStarttls', 'needs tls: starttls');
  return {
    tls: group?.tlsCert ? tls : 'none',
    requireStarttls: tls === 'starttls' && (written?.requireStarttls ?? starttlsIsRequired(tenant)),
    xclient: written?.xclient ?? false,
    proxyProtocol: written?.proxyProtocol ?? false,
  };
}

const lineKeys = ['tls', 'requireStarttls', 'xclient', 'proxyProtocol'] as const;
const takesKey: Readonly<Record<ListenerProtocol, readonly string[]>> = {
  smtp: lineKeys,
  pop3: ['tls', 'proxyProtocol'],
  http: [],
};

function smtpTls({ smtp }: TenantInput): TlsMode {
  if (smtp?.requireTls) return 'implicit';
  return smtp?.tlsCert ? 'starttls' : 'none';
}

function pop3Tls({ pop3 }: TenantInput): TlsMode {
  return pop3?.tls ?? (pop3?.tlsCert ? 'implicit' : 'none');
}

/** A password file asks for it too: names and passwords shall not go over the wire in clear. */
function starttlsIsRequired({ smtp }: TenantInput): boolean {
  return smtp?.requireStarttls ?? (smtp?.authFile !== undefined && !smtp.authAllowInsecure);
}

/** Combinations of a tenant's own keys that cannot be. */
export function smtpConflicts(tenant: TenantInput): Finding[] {
  const findings: Finding[] = [];
  const refuse = (group: 'smtp' | 'pop3', key: string, message: string) =>
    findings.push({ code: 'SPEC_CONFLICT', message, path: [group, key], at: 'value' });
  const smtp = tenant.smtp ?? {};
  const pop3 = tenant.pop3 ?? {};

  for (const [group, { tlsCert, tlsKey }] of Object.entries({ smtp, pop3 }) as [
    'smtp' | 'pop3',
    typeof smtp,
  ][]) {
    if (tlsCert && !tlsKey) refuse(group, 'tlsCert', `needs ${group}.tlsKey too`);
    else if (tlsKey && !tlsCert) refuse(group, 'tlsKey', `needs ${group}.tlsCert too`);
    else if (tlsCert !== tlsKey && [tlsCert, tlsKey].some(text => text?.startsWith('sans:')))
      refuse(group, 'tlsKey', `must be the same text as ${group}.tlsCert, which makes both`);
  }
  for (const key of ['requireTls', 'requireStarttls'] as const) {
    if (smtp[key] && !smtp.tlsCert) refuse('smtp', key, 'needs smtp.tlsCert and smtp.tlsKey');
    if (smtp[key] && smtp.authAllowInsecure)
      refuse('smtp', 'authAllowInsecure', `cannot be together with smtp.${key}`);
  }
  if (smtp.requireTls && smtp.requireStarttls)
    refuse('smtp', 'requireStarttls', 'cannot be together with smtp.requireTls');

  const credentials = smtp.authFile ? 'authFile' : smtp.auth?.length ? 'auth' : null;
  const loginBy = credentials ?? (smtp.authAcceptAny ? 'authAcceptAny' : null);
  if (credentials && smtp.authAcceptAny)
    refuse('smtp', 'authAcceptAny', `cannot be together with smtp.${credentials}`);
  if (loginBy && !smtp.tlsCert && !smtp.authAllowInsecure)
    refuse('smtp', loginBy, 'needs smtp.tlsCert and smtp.tlsKey, or smtp.authAllowInsecure: true');
  if (smtp.authMechanisms?.includes('CRAM-MD5')) {
    if (smtp.authAcceptAny)
      refuse('smtp', 'authMechanisms', 'CRAM-MD5 cannot be together with smtp.authAcceptAny');
    if (smtp.auth?.some(isHash) && !smtp.authFile)
      refuse('smtp', 'authMechanisms', 'CRAM-MD5 needs passwords in plain: smtp.auth has hashes');
  }
  if (pop3.apop && pop3.auth?.some(isHash) && !pop3.authFile)
    refuse('pop3', 'apop', 'APOP needs passwords in plain: pop3.auth has hashes');
  if (pop3.tls && pop3.tls !== 'none' && !pop3.tlsCert)
    refuse('pop3', 'tls', `${pop3.tls} needs pop3.tlsCert and pop3.tlsKey`);
  return findings;
}

function isHash(source: string): boolean {
  return !/^(file|env):/.test(source);
}
