/** What is wrong with the certificates, keys and password files that a tenants file names. */
import { stat } from 'node:fs/promises';
import type { TenantId } from '../../../libs/base/ids.ts';
import type { Issue } from '../../../libs/base/issue.ts';
import type { GoodReading } from '../../../libs/controller/good-reading.ts';
import { maxSecretBytes, readRegular } from '../../../libs/files/regular-file.ts';
import { inspectPasswordFile } from '../../../libs/passwords/inspect-password-file.ts';
import { machineIssue, placeIssue } from '../../../libs/spec/machine-asks.ts';
import { ioFault } from '../../../libs/spec/spec-io.ts';
import type { TenantSpec } from '../../../libs/spec/tenant-spec.ts';

/** A key of a tenant that names files. */
type Ask = { readonly tenant: TenantId; readonly path: readonly string[] };

type Fault = Pick<Issue, 'code' | 'severity' | 'message' | 'hint'> & {
  /** In the file that is named; without it the fault is shown where the file is named. */
  readonly place?: { readonly file: string; readonly line: number; readonly column: number };
  /** Of the group that names the files, e.g. `tlsKey`. */
  readonly key: string;
  /** We have no right to look, which others may have. */
  readonly isForbidden?: boolean;
};

/** Looks at each file once, and tells of the first tenant that names it. */
export async function credentialIssues(reading: GoodReading, nowMs: number): Promise<Issue[]> {
  const issues: Issue[] = [];
  const seen = new Set<string>();
  for (const { id: tenant, ...spec } of reading.fleet.tenants.values()) {
    for (const { group, name, look } of looksOf(spec)) {
      if (seen.has(name)) continue;
      seen.add(name);
      for (const fault of await look(nowMs)) issues.push(await issueOf(reading, tenant, group, fault));
    }
  }
  return [...issues, ...(await proxyPairIssues(reading, nowMs)), ...(await exposedIssues(reading))];
}

/** Of the web server in front: its own first process reads them, which may read what we may not. */
async function proxyPairIssues(reading: GoodReading, nowMs: number): Promise<Issue[]> {
  const { proxy, tenants } = reading.fleet;
  if (proxy.baseDomain === '') return [];
  const own = [...tenants.values()].map(tenant => [`tenants.${tenant.id}.proxy`, tenant.proxy] as const);
  const issues: Issue[] = [];
  const seen = new Set<string>();
  for (const [at, { certificate, key }] of [['proxy.tls', proxy.tls] as const, ...own]) {
    const name = JSON.stringify([certificate, key]);
    if (certificate === null || key === null || seen.has(name)) continue;
    seen.add(name);
    for (const fault of await pairFaults(certificate, key, nowMs, {
      certificate: 'certificate',
      key: 'key',
    })) {
      const { code, message } = fault;
      const severity = fault.isForbidden ? 'warning' : fault.severity;
      issues.push(await placeIssue(reading, { code, severity, message, path: `${at}.${fault.key}` }));
    }
  }
  return issues;
}

/** A hash of a password, behind its user. */
const hashPattern = /:(?:\$(?:2[aby]|5|6|1|apr1)\$|\{S?SHA\})/;

/** Tenants files from which everybody can take the hashes. */
async function exposedIssues({ sources }: GoodReading): Promise<Issue[]> {
  const issues: Issue[] = [];
  for (const { path: file, text } of sources.values()) {
    if (!hashPattern.test(text) || !(await isOpenToAll(file))) continue;
    const message = 'has hashes of passwords and may be read by everybody';
    const hint = `chmod o-r ${file}`;
    issues.push({ code: 'HASHES_EXPOSED', severity: 'warning', message, path: '', file, hint });
  }
  return issues;
}

async function isOpenToAll(file: string): Promise<boolean> {
  return ((await stat(file)).mode & 0o004) !== 0;
}

async function issueOf(reading: GoodReading, tenant: TenantId, group: string, fault: Fault): Promise<Issue> {
  const { code, severity, message, hint = '', place, key } = fault;
  const ask: Ask = { tenant, path: [group, key] };
  return { ...(await machineIssue(reading, ask, { code, message, hint })), severity, ...place };
}

type Look = {
  readonly group: string;
  /** The same for all tenants that name the same files in the same way. */
  readonly name: string;
  readonly look: (nowMs: number) => Promise<Fault[]>;
};

function looksOf(spec: Omit<TenantSpec, 'id'>): Look[] {
  const groups = ['smtp', 'pop3', 'ui', 'sendApi'] as const;
  const passwords = groups.flatMap((group): Look[] => {
    const { auth, authFile } = spec[group];
    const wantsPlain =
      (group === 'smtp' && spec.smtp.authMechanisms.includes('CRAM-MD5')) ||
      (group === 'pop3' && spec.pop3.apop);
    const named =
      authFile === null ? auth.flatMap(source => source.match(/^file:(.+)$/)?.[1] ?? []) : [authFile];
    const key = authFile === null ? 'auth' : 'authFile';
    return named.map(file => ({
      group,
      name: JSON.stringify([file, wantsPlain]),
      look: () => passwordFaults(file, key, wantsPlain ? (group === 'smtp' ? 'CRAM-MD5' : 'APOP') : null),
    }));
  });
  const pairs = (['smtp', 'pop3'] as const).flatMap((group): Look[] => {
    const { tlsCert, tlsKey } = spec[group];
    if (tlsCert === null || tlsKey === null || tlsCert.startsWith('sans:')) return [];
    const name = JSON.stringify({ tlsCert, tlsKey });
    return [{ group, name, look: nowMs => pairFaults(tlsCert, tlsKey, nowMs) }];
  });
  return [...pairs, ...passwords];
}

const listenerKeys = { certificate: 'tlsCert', key: 'tlsKey' };

async function pairFaults(
  certificate: string,
  key: string,
  nowMs: number,
  keys: Readonly<typeof listenerKeys> = listenerKeys,
): Promise<Fault[]> {
  const [certificateText, keyText] = await Promise.all([certificate, key].map(readText));
  const faults = [
    ...unreadable(keys.certificate, certificate, certificateText),
    ...unreadable(keys.key, key, keyText),
  ];
  if (typeof certificateText !== 'string' || typeof keyText !== 'string') return faults;
  const { inspectPair } = await import('../../../libs/certificates/inspect-pair.ts');
  return inspectPair(certificateText, keyText, nowMs).map(({ of, code, severity, message }) => {
    const [path, field] = of === 'key' ? [key, keys.key] : [certificate, keys.certificate];
    return { code, severity, message: `${path} ${message}`, key: field };
  });
}

async function passwordFaults(file: string, key: string, needsPlain: string | null): Promise<Fault[]> {
  const text = await readText(file);
  if (typeof text !== 'string') return unreadable(key, file, text);
  const { faults, users, hashed } = inspectPasswordFile(text);
  const bad = faults.map(({ message, ...place }): Fault => {
    return { code: 'PASSWORD_UNREADABLE', severity: 'warning', message, key, place: { file, ...place } };
  });
  const whole = (severity: Issue['severity'], message: string): Fault => ({
    code: 'PASSWORD_FILE_UNFIT',
    severity,
    message: `${file} ${message}`,
    key,
  });
  if (users > 0 && (await isOpenToAll(file)))
    bad.push({ ...whole('warning', 'may be read by everybody'), hint: `chmod o-r ${file}` });
  if (users === 0 && faults.length > 0) bad.push(whole('error', 'names nobody who could log in'));
  if (users === 0 && faults.length === 0) bad.push(whole('warning', 'is empty: no login is asked for'));
  if (needsPlain !== null && hashed.length > 0)
    bad.push(whole('error', `has hashes, of ${hashed[0]} for one: ${needsPlain} needs passwords in plain`));
  return bad;
}

type Unreadable = { readonly fault: string; readonly isForbidden: boolean };

/** The text, or why there is none. */
async function readText(path: string): Promise<string | Unreadable> {
  try {
    return await readRegular(path, maxSecretBytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { fault: ioFault(error), isForbidden: code === 'EACCES' || code === 'EPERM' };
  }
}

function unreadable(
  key: string,
  path: string,
  text: Awaited<ReturnType<typeof readText>> | undefined,
): Fault[] {
  if (typeof text !== 'object') return [];
  const { fault, isForbidden } = text;
  const message = `${path} ${fault}`;
  return [{ code: 'CREDENTIALS_UNREADABLE', severity: 'error', message, key, isForbidden }];
}
