/**
 * Fills in what was not written: settings and tenants as somebody wrote them → what shall be. A tenant's own keys win
 * over `defaults`, those over what is built in; paths are absolute already. Whether an account exists or may be given a
 * socket is for the machine to say.
 */
import { Buffer } from 'node:buffer';
import type { TenantId } from '../base/ids.ts';
import type { WrittenBind } from './bind.ts';
import { fillIn, freezeDeep } from './fill-in.ts';
import type { Finding } from './finding.ts';
import { listenerKeys, settingsKeys, tenantKeys } from './key-table.ts';
import { overlay } from './overlay.ts';
import { controlSocketPath, maxSocketPathBytes, tenantSocketPath } from './paths.ts';
import { httpConflicts, withoutOverruled } from './resolve-http.ts';
import { type FilledProxy, resolveProxy } from './resolve-proxy.ts';
import { resolveLineSettings, smtpConflicts } from './resolve-smtp.ts';
import type { ListenerInput, SettingsInput, TenantInput } from './schema.ts';
import type { TagFilterSpec } from './tags-spec.ts';
import type { Bind, FleetSpec, ListenerProtocol, ListenerSpec, TenantSpec } from './tenant-spec.ts';

/** What the command line and the machine say; see {@link FleetSpec} for the fields. */
export type HostFacts = {
  /** From a flag or `MPCTL_RUN_DIR`, absolute; null: the file or the default decides. */
  readonly runDir: string | null;
  readonly dataDir: string | null;
  readonly defaultRunDir: string;
  readonly defaultDataDir: string;
  readonly hostname: string;
  readonly logFormat: 'json' | 'pretty';
};

/** What stands in the main file beside the tenants. */
export type FleetSettings = Omit<FleetSpec, 'tenants'>;

export function resolveSettings(written: SettingsInput, facts: HostFacts): FleetSettings {
  const filled = fillIn(settingsKeys, written) as Partial<FleetSettings>;
  const runDir = facts.runDir ?? filled.runDir ?? facts.defaultRunDir;
  return freezeDeep({
    ...(filled as FleetSettings),
    runDir,
    dataDir: facts.dataDir ?? filled.dataDir ?? facts.defaultDataDir,
    hostname: filled.hostname || facts.hostname,
    control: {
      socketPath: written.control?.socket ?? controlSocketPath(runDir),
      group: written.control?.group ?? null,
    },
    log: { level: written.log?.level ?? 'info', format: written.log?.format ?? facts.logFormat },
    proxy: resolveProxy(filled.proxy as FilledProxy),
  });
}

/** What the tenants of a fleet have in common, ready for those for which nothing is written: most, in a large fleet. */
export type TenantContext = {
  readonly runDir: string;
  /** Of the web server in front; empty: there is none. */
  readonly baseDomain: string;
  readonly defaults: TenantInput;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly listeners: readonly UnboundListener[];
  readonly tagFilters: TagFilters;
};

/** What the files of tags say, by their paths. */
type TagFilters = ReadonlyMap<string, readonly TagFilterSpec[]>;

/** `binds` null: on a socket in the tenant's folder. */
type UnboundListener = Omit<ListenerSpec, 'binds'> & { readonly binds: readonly WrittenBind[] | null };

/** Findings are those of `defaults`. */
export function tenantContext(
  runDir: string,
  baseDomain: string,
  defaults: TenantInput,
  tagFilters: TagFilters = new Map(),
): { readonly context: TenantContext; readonly findings: readonly Finding[] } {
  const findings = conflicts(defaults);
  const listeners = freezeDeep(resolveListeners(defaults, findings));
  const settings = freezeDeep(fillSettings(defaults, tagFilters));
  return { context: { runDir, baseDomain, defaults, settings, listeners, tagFilters }, findings };
}

/** `own` null: nothing is written. Paths of findings begin at the tenant's keys. */
export function resolveTenant(
  id: TenantId,
  own: TenantInput | null,
  context: TenantContext,
): { readonly spec: TenantSpec; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  let { settings, listeners } = context;
  if (own !== null) {
    const written = overlay(own, withoutOverruled(own, context.defaults));
    const faults: Finding[] = [];
    settings = fillSettings(written, context.tagFilters);
    listeners = resolveListeners(written, faults);
    // What `defaults` gets wrong is told there.
    findings.push(...faults.filter(({ path }) => own.listeners?.[String(path[1])] !== undefined));
    const told = new Set(conflicts(context.defaults).map(({ message }) => message));
    findings.push(...conflicts(written).filter(({ message }) => !told.has(message)));
  }
  const bound = listeners.map(listener => ({ ...listener, binds: bindsOf(id, listener, context.runDir) }));
  for (const listener of bound) {
    listener.binds.forEach((bind, index) => {
      if (bind.kind !== 'unix') return;
      const bytes = Buffer.byteLength(bind.path);
      if (bytes <= maxSocketPathBytes) return;
      const message = `${bind.path} is ${bytes} bytes long; the path of a socket may have ${maxSocketPathBytes}`;
      const path = ['listeners', listener.id, 'bind', index];
      findings.push({ code: 'SPEC_PATH_TOO_LONG', message, path, at: 'value' });
    });
  }
  const ownHost = context.baseDomain === '' ? '' : `${id}.${context.baseDomain}`;
  const spec = { id, ...settings, ownHost, listeners: bound } as unknown as TenantSpec;
  return { spec: freezeDeep(spec), findings };
}

function conflicts(tenant: TenantInput): Finding[] {
  return [...smtpConflicts(tenant), ...httpConflicts(tenant)];
}

function fillSettings(written: TenantInput, tagFilters: TagFilters): Record<string, unknown> {
  const filled = fillIn(tenantKeys, written);
  const fromFile = tagFilters.get(written.tags?.config ?? '') ?? [];
  if (fromFile.length === 0) return filled;
  const tags = filled.tags as TenantSpec['tags'];
  return { ...filled, tags: { ...tags, filters: [...tags.filters, ...fromFile] } };
}

/** `smtp` and `http` exist by themselves, and come first. */
function resolveListeners(tenant: TenantInput, findings: Finding[]): UnboundListener[] {
  const all = Object.entries({ smtp: null, http: null, ...tenant.listeners });
  return all.flatMap(([id, written]) => resolveListener(id, written ?? {}, tenant, findings) ?? []);
}

function resolveListener(
  id: string,
  written: ListenerInput,
  tenant: TenantInput,
  findings: Finding[],
): UnboundListener | null {
  const path = ['listeners', id];
  const protocol = protocolOf(id, written.protocol, path, findings);
  if (protocol === null) return null;
  const listener = fillIn(listenerKeys, written) as unknown as UnboundListener;
  const owner = listener.access.owner ?? (id === 'smtp' ? (tenant.user ?? null) : null);
  const mode = modeOf(written, listener.access.mode, path, findings);
  const line = resolveLineSettings(path, protocol, written, tenant, findings);
  return { ...listener, ...line, id, protocol, access: { ...listener.access, owner, mode } };
}

function protocolOf(
  id: string,
  written: ListenerProtocol | undefined,
  path: string[],
  findings: Finding[],
): ListenerProtocol | null {
  if (id !== 'smtp' && id !== 'http' && id !== 'pop3') {
    if (written !== undefined) return written;
    const message = 'must say its protocol: only smtp, http and pop3 say it by their name';
    findings.push({ code: 'SPEC_MISSING_PROTOCOL', message, path, at: 'key' });
    return null;
  }
  if (written !== undefined && written !== id) {
    const message = `must be ${id}: the listener is called so`;
    findings.push({ code: 'SPEC_BAD_VALUE', message, path: [...path, 'protocol'], at: 'value' });
  }
  return id;
}

/** A mode that a bind brings along wins over the listener's. */
function modeOf(written: ListenerInput, mode: number, path: string[], findings: Finding[]): number {
  const binds = written.bind?.filter(bind => bind.kind === 'unix') ?? [];
  const modes = new Set(binds.map(bind => bind.mode ?? mode));
  if (modes.size > 1) {
    const list = [...modes].map(each => each.toString(8).padStart(3, '0')).join(' and ');
    const message = `its unix sockets have the modes ${list}: the sockets of one listener have one`;
    findings.push({ code: 'SPEC_MODES_DIFFER', message, path: [...path, 'bind'], at: 'value' });
  }
  return [...modes][0] ?? mode;
}

function bindsOf(id: TenantId, listener: UnboundListener, runDir: string): Bind[] {
  if (listener.binds === null) return [{ kind: 'unix', path: tenantSocketPath(runDir, id, listener.id) }];
  return listener.binds.map(bind => (bind.kind === 'unix' ? { kind: 'unix', path: bind.path } : bind));
}
