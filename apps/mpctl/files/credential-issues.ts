/** What is wrong with the certificates, keys and password files that a tenants file names. */
import { readFile } from 'node:fs/promises';
import type { TenantId } from '../../../libs/base/ids.ts';
import type { Issue } from '../../../libs/base/issue.ts';
import type { GoodReading } from '../../../libs/controller/good-reading.ts';
import { inspectPasswordFile } from '../../../libs/passwords/inspect-password-file.ts';
import { machineIssue } from '../../../libs/spec/machine-asks.ts';
import { ioFault } from '../../../libs/spec/spec-io.ts';
import type { TenantSpec } from '../../../libs/spec/tenant-spec.ts';

/** A key of a tenant that names files. */
type Ask = { readonly tenant: TenantId; readonly path: readonly string[] };

type Fault = Pick<Issue, 'code' | 'severity' | 'message' | 'hint'> & {
  /** In the file that is named; without it the fault is shown where the file is named. */
  readonly place?: { readonly file: string; readonly line: number; readonly column: number };
  /** Of the group that names the files, e.g. `tlsKey`. */
  readonly key: string;
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
  return issues;
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

async function pairFaults(certificate: string, key: string, nowMs: number): Promise<Fault[]> {
  const [certificateText, keyText] = await Promise.all([certificate, key].map(readText));
  const faults = [
    ...unreadable('tlsCert', certificate, certificateText),
    ...unreadable('tlsKey', key, keyText),
  ];
  if (typeof certificateText !== 'string' || typeof keyText !== 'string') return faults;
  const { inspectPair } = await import('../../../libs/certificates/inspect-pair.ts');
  return inspectPair(certificateText, keyText, nowMs).map(({ of, code, severity, message }) => {
    const [path, field] = of === 'key' ? [key, 'tlsKey'] : [certificate, 'tlsCert'];
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
  if (users === 0 && faults.length > 0) bad.push(whole('error', 'names nobody who could log in'));
  if (users === 0 && faults.length === 0) bad.push(whole('warning', 'is empty: no login is asked for'));
  if (needsPlain !== null && hashed.length > 0)
    bad.push(whole('error', `has hashes, of ${hashed[0]} for one: ${needsPlain} needs passwords in plain`));
  return bad;
}

/** The text, or why there is none. */
async function readText(path: string): Promise<string | { readonly fault: string }> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    return { fault: ioFault(error) };
  }
}

function unreadable(
  key: string,
  path: string,
  text: Awaited<ReturnType<typeof readText>> | undefined,
): Fault[] {
  if (typeof text !== 'object') return [];
  return [{ code: 'CREDENTIALS_UNREADABLE', severity: 'error', message: `${path} ${text.fault}`, key }];
}
