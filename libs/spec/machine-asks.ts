/** What only the machine can say about a fleet: what to ask it, and its answers as issues with their places. */
import type { TenantId } from '../base/ids.ts';
import type { Issue } from '../base/issue.ts';
import { bindConflicts, renderConflict } from './bind-conflicts.ts';
import { settingsIssue, tenantIssue } from './parse.ts';
import type { FleetReading } from './read-fleet.ts';
import type { ListenerProtocol, SocketAccess } from './tenant-spec.ts';
import { find, type KeyPath } from './written.ts';

/** May the sockets of a listener be given to this account? Asked one by one, where anything is written about it. */
export type AccessAsk = {
  readonly tenant: TenantId;
  /** The key that asks, e.g. `['listeners', 'smtp', 'group']` or `['user']`. */
  readonly path: KeyPath;
  readonly protocol: ListenerProtocol;
  readonly access: SocketAccess;
};

export function accessAsks({ fleet }: FleetReading): AccessAsk[] {
  return [...(fleet?.tenants.values() ?? [])].flatMap(({ id: tenant, user, listeners }) =>
    listeners.flatMap(({ id, protocol, access, binds }): AccessAsk[] => {
      if (binds.every(bind => bind.kind !== 'unix')) return [];
      const { owner, group, acl } = access;
      const none = { owner: null, group: null, mode: access.mode, acl: [] };
      const at = ['listeners', id];
      const ofOwner = owner === user ? ['user'] : [...at, 'owner'];
      return [
        ...(owner === null ? [] : [{ tenant, path: ofOwner, protocol, access: { ...none, owner } }]),
        ...(group === null ? [] : [{ tenant, path: [...at, 'group'], protocol, access: { ...none, group } }]),
        ...acl.map((entry, i) => ({
          ...{ tenant, path: [...at, 'acl', i], protocol },
          access: { ...none, acl: [entry] },
        })),
      ];
    }),
  );
}

/** An answer such as `{code: 'SOCKET_USER_UNKNOWN', message: 'there is no user bob', hint: ''}` about a tenant's key. */
export async function machineIssue(
  reading: FleetReading,
  ask: { readonly tenant: TenantId; readonly path: KeyPath },
  answer: { readonly code: string; readonly message: string; readonly hint: string },
): Promise<Issue> {
  const { code, message, hint } = answer;
  const about = hint === '' ? { code, message } : { code, message, hint };
  for (const source of reading.sources.values()) {
    const stanza = await source.stanza(ask.tenant, { leftBytes: Number.POSITIVE_INFINITY });
    const finding = { code: 'SPEC_BAD_VALUE', message, path: ask.path, at: 'value' } as const;
    if (stanza) return { ...tenantIssue(source, stanza, finding), ...about };
  }
  return { ...about, severity: 'error', path: `tenants.${ask.tenant}` };
}

/** Keys about unix sockets that tenants wrote for listeners that have none. */
export async function pointlessAccess(reading: FleetReading): Promise<Issue[]> {
  const asks = [...(reading.fleet?.tenants.values() ?? [])].flatMap(({ id: tenant, listeners }) =>
    listeners
      .filter(({ binds }) => binds.length > 0 && binds.every(({ kind }) => kind === 'tcp'))
      .flatMap(({ id }) =>
        ['owner', 'group', 'mode', 'acl'].map(key => ({ tenant, path: ['listeners', id, key] })),
      ),
  );
  const issues: Issue[] = [];
  for (const ask of asks) {
    if (!(await isWritten(reading, ask))) continue;
    const message = `has no meaning here: the listener ${ask.path[1]} has no unix socket`;
    const issue = await machineIssue(reading, ask, { code: 'SPEC_NO_SOCKET', message, hint: '' });
    issues.push({ ...issue, severity: 'warning' });
  }
  return issues;
}

async function isWritten(
  reading: FleetReading,
  { tenant, path }: { readonly tenant: TenantId; readonly path: KeyPath },
): Promise<boolean> {
  for (const source of reading.sources.values()) {
    const stanza = await source.stanza(tenant, { leftBytes: Number.POSITIVE_INFINITY });
    if (stanza) return stanza.body !== null && find(stanza.body, path) !== null;
  }
  return false;
}

/** Unix sockets that are one and the same behind symlinks; `realPath` resolves those of a path's folder. */
export async function samePathIssues(
  reading: FleetReading,
  realPath: (path: string) => string,
): Promise<Issue[]> {
  const { fleet } = reading;
  if (fleet === null) return [];
  const conflicts = bindConflicts(fleet, fleet.tenants.values(), { realPath });
  return Promise.all(
    conflicts.map(conflict => {
      const path = ['listeners', conflict.listener, 'bind', conflict.bindIndex];
      const answer = { code: 'SPEC_BIND_TAKEN', message: renderConflict(conflict), hint: '' };
      return machineIssue(reading, { tenant: conflict.tenant, path }, answer);
    }),
  );
}

/** An issue that knows its key alone, e.g. `tenants.project-a.hostnames`, with its place in the files. */
export async function placeIssue(reading: FleetReading, issue: Issue): Promise<Issue> {
  const keys = issue.path.split('.').map(step => (/^\d+$/.test(step) ? Number(step) : step));
  const everything = { leftBytes: Number.POSITIVE_INFINITY };
  const finding = { code: 'SPEC_BAD_VALUE', message: issue.message, at: 'value' } as const;
  const place = ({ file, line, column }: Issue): Issue => ({ ...issue, ...{ file, line, column } }) as Issue;
  const [top, tenant, ...path] = keys;
  for (const source of reading.sources.values()) {
    if (top !== 'tenants') {
      return place(settingsIssue(source, await source.sections(everything), { ...finding, path: keys }));
    }
    const stanza = await source.stanza(String(tenant) as TenantId, everything);
    if (stanza) return place(tenantIssue(source, stanza, { ...finding, path }));
  }
  return issue;
}
