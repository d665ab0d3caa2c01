/**
 * Text → what somebody wrote, checked against the schema. All that is wrong is told at once, each with its place, and
 * what is right is taken, so that one mistake does not hide the next. Paths come out absolute.
 */
import type { Issue } from '../base/issue.ts';
import type { WrittenBind } from './bind.ts';
import { parseEnvText } from './env-text.ts';
import { type Finding, issueOf, type Looked } from './finding.ts';
import { readMailpitSettings } from './mailpit-names.ts';
import { overlay } from './overlay.ts';
import { configDir, resolvePath } from './paths.ts';
import type { SettingsInput, TenantInput } from './schema.ts';
import { SourceText, type Stanza } from './source-text.ts';
import { type Entry, find, type KeyPath, plainOf, type Written, type WrittenMap } from './written.ts';

export type Parsed<T> = { readonly value: T; readonly issues: readonly Issue[] };

/** What stands in the main file beside the tenants, Mailpit's names among the defaults taken in. */
export async function parseSettings(
  source: SourceText,
  sections: readonly Entry[],
): Promise<Parsed<SettingsInput>> {
  if (sections.length === 0) return { value: {}, issues: [] };
  const written: WrittenMap = { kind: 'map', at: 0, entries: sections };
  const { validateSettings } = await import('./validate.ts');
  const { value, findings } = validateSettings(plainOf(written));
  const faults = below(['defaults'], await patternFaults(value.defaults));
  const mailpit = await mailpitInput(entriesAt(written, ['defaults', 'mailpit']));
  const dir = configDir(source.path);
  return {
    value: absoluteSettings({ ...value, defaults: overlay(value.defaults ?? {}, mailpit.input) }, dir),
    issues: [...findings, ...faults, ...below(['defaults', 'mailpit'], mailpit.findings)].map(finding =>
      settingsIssue(source, sections, finding),
    ),
  };
}

/** A finding about the top-level keys as an issue. */
export function settingsIssue(source: SourceText, sections: readonly Entry[], finding: Finding): Issue {
  const written: WrittenMap = { kind: 'map', at: 0, entries: sections };
  return issueOf(finding, { file: source.path, written, prefix: [], places: source.places });
}

/** What stands in a tenant, Mailpit's names taken in; null: nothing. */
export async function parseTenant(source: SourceText, stanza: Stanza): Promise<Parsed<TenantInput | null>> {
  const { body } = stanza;
  if (body === null || body.kind === 'empty') return { value: null, issues: [] };
  const { validateTenant } = await import('./validate.ts');
  const { value, findings } = validateTenant(plainOf(body));
  const faults = await patternFaults(value);
  const mailpit = await mailpitInput(entriesAt(body, ['mailpit']));
  return {
    value: absoluteTenant(overlay(value, mailpit.input), configDir(source.path)),
    issues: [...findings, ...faults, ...below(['mailpit'], mailpit.findings)].map(each =>
      tenantIssue(source, stanza, each),
    ),
  };
}

/** A finding about a tenant as an issue; its path begins at the tenant's keys. */
export function tenantIssue(source: SourceText, stanza: Stanza, finding: Finding): Issue {
  const { name, keyAt, body } = stanza;
  const entry = { key: name, keyAt, value: body ?? ({ kind: 'empty', at: keyAt } as const) };
  const looked: Looked = {
    file: source.path,
    written: { kind: 'map', at: keyAt, entries: [entry] },
    prefix: ['tenants'],
    places: source.places,
  };
  return issueOf({ ...finding, path: [name, ...finding.path] }, looked);
}

/** What an environment file says; names that are not Mailpit's are somebody else's. */
export async function parseEnvFile(path: string, text: string): Promise<Parsed<TenantInput>> {
  const { root, faults } = parseEnvText(text);
  const entries = root.entries.filter(entry => entry.key.startsWith('MP_'));
  const { input, findings } = await mailpitInput(entries);
  const { places } = new SourceText(path, text);
  const looked: Looked = { file: path, written: root, prefix: [], places };
  const badLines = faults.map(({ message, at }): Issue => {
    return { code: 'SPEC_BAD_ENV_LINE', severity: 'error', message, path: '', file: path, ...places(at) };
  });
  return {
    value: absoluteTenant(input, configDir(path)),
    issues: [...badLines, ...findings.map(each => issueOf(each, looked))],
  };
}

/** Paths of findings begin with the name of the setting. */
async function mailpitInput(
  entries: readonly Entry[],
): Promise<{ readonly input: TenantInput; readonly findings: readonly Finding[] }> {
  const { plain, nameOf, findings } = readMailpitSettings(entries);
  if (nameOf.size === 0) return { input: {}, findings };
  const { validateTenant } = await import('./validate.ts');
  const { value, findings: wrong } = validateTenant(plain);
  const faults = [...wrong, ...(await patternFaults(value))];
  const keyOf = ({ path }: Finding) => path.filter(step => typeof step === 'string').join('.');
  const named = faults.map(fault => ({ ...fault, path: [nameOf.get(keyOf(fault)) ?? ''] }));
  return { input: value, findings: [...findings, ...named] };
}

/** Regular expressions are looked at by a library that is loaded where there is one. */
async function patternFaults(tenant: TenantInput | null | undefined): Promise<Finding[]> {
  const text = tenant?.smtp?.allowedRecipients;
  if (!text) return [];
  const { patternFault } = await import('./recipient-pattern.ts');
  const message = patternFault(text);
  if (message === null) return [];
  return [{ code: 'SPEC_BAD_VALUE', message, path: ['smtp', 'allowedRecipients'], at: 'value' }];
}

function entriesAt(written: Written, path: KeyPath): readonly Entry[] {
  const found = find(written, path);
  return found?.kind === 'map' ? found.entries : [];
}

function below(prefix: KeyPath, findings: readonly Finding[]): Finding[] {
  return findings.map(finding => ({ ...finding, path: [...prefix, ...finding.path] }));
}

function absoluteSettings(settings: SettingsInput, dir: string): SettingsInput {
  const { runDir, dataDir, control, defaults, proxy } = settings;
  const absolute = (path: string | undefined) => path && resolvePath(dir, path);
  return {
    ...settings,
    runDir: runDir && resolvePath(dir, runDir),
    dataDir: dataDir && resolvePath(dir, dataDir),
    control: control && { ...control, socket: control.socket && resolvePath(dir, control.socket) },
    proxy: proxy && {
      ...proxy,
      outputDir: absolute(proxy.outputDir),
      acmeRoot: absolute(proxy.acmeRoot),
      templatesDir: absolute(proxy.templatesDir),
      include: proxy.include?.map(path => resolvePath(dir, path)),
      tls: proxy.tls && {
        ...proxy.tls,
        certificate: absolute(proxy.tls.certificate),
        key: absolute(proxy.tls.key),
      },
    },
    defaults: defaults && absoluteTenant(defaults, dir),
  };
}

function absoluteTenant(tenant: TenantInput, dir: string): TenantInput {
  const { envFile, listeners, proxy, smtp, pop3, ui, sendApi, tags } = tenant;
  const own = Object.entries(proxy ?? {}).map(([key, path]) => [key, path && resolvePath(dir, path)]);
  const entries = Object.entries(listeners ?? {}).map(([id, listener]) => {
    return [id, listener && { ...listener, bind: listener.bind?.map(bind => absoluteBind(bind, dir)) }];
  });
  return {
    ...tenant,
    envFile: envFile && resolvePath(dir, envFile),
    smtp: smtp && absoluteCertificates(absoluteCredentials(smtp, dir), dir),
    pop3: pop3 && absoluteCertificates(absoluteCredentials(pop3, dir), dir),
    ui: ui && absoluteCredentials(ui, dir),
    sendApi: sendApi && absoluteCredentials(sendApi, dir),
    tags: tags && { ...tags, config: tags.config && resolvePath(dir, tags.config) },
    proxy: proxy && Object.fromEntries(own),
    listeners: listeners && Object.fromEntries(entries),
  };
}

type Credentials = Pick<NonNullable<TenantInput['ui']>, 'auth' | 'authFile'>;
type Certificates = Pick<NonNullable<TenantInput['pop3']>, 'tlsCert' | 'tlsKey'>;

function absoluteCredentials<T extends Credentials>(group: T, dir: string): T {
  const { auth, authFile } = group;
  return {
    ...group,
    auth: auth?.map(source => source.replace(/^file:(.*)/s, (_, path) => `file:${resolvePath(dir, path)}`)),
    authFile: authFile && resolvePath(dir, authFile),
  };
}

function absoluteCertificates<T extends Certificates>(group: T, dir: string): T {
  const file = (path: string | null | undefined) =>
    path && !path.startsWith('sans:') ? resolvePath(dir, path) : path;
  return { ...group, tlsCert: file(group.tlsCert), tlsKey: file(group.tlsKey) };
}

function absoluteBind(bind: WrittenBind, dir: string): WrittenBind {
  return bind.kind === 'unix' ? { ...bind, path: resolvePath(dir, bind.path) } : bind;
}
