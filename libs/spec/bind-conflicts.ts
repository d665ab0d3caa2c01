import type { TenantId } from '../base/ids.ts';
import { renderBind } from './bind.ts';
import { fallbackSocketPath, lockSocketPath } from './paths.ts';
import type { FleetSettings } from './resolve.ts';
import type { Bind, TcpBind, TenantSpec } from './tenant-spec.ts';

/** A bind that somebody else has already. */
export type BindConflict = {
  readonly tenant: TenantId;
  readonly listener: string;
  readonly bindIndex: number;
  readonly bind: Bind;
  /** Who has it, e.g. `the listener http of project-a`. */
  readonly holder: string;
};

export type BindScope = {
  /** May resolve a path's symlinks. */
  readonly realPath?: (path: string) => string;
  /** Tenants of which one is in every conflict that there can be; without it: all. */
  readonly suspects?: readonly TenantSpec[];
};

/**
 * Binds that cannot be taken beside others: one path or address twice, an address beside a wildcard on the same port.
 * The first in the order of the file has it.
 */
export function bindConflicts(
  settings: FleetSettings,
  tenants: Iterable<TenantSpec>,
  { realPath = path => path, suspects }: BindScope = {},
): BindConflict[] {
  const keyOf = (bind: Bind) => (bind.kind === 'unix' ? realPath(bind.path) : bind.port);
  const wanted =
    suspects && new Set(suspects.flatMap(({ listeners }) => listeners.flatMap(l => l.binds.map(keyOf))));
  const paths = new Map<string, string>([
    [realPath(settings.control.socketPath), 'the control socket'],
    [realPath(lockSocketPath(settings.runDir)), 'the daemon'],
    [realPath(fallbackSocketPath(settings.runDir)), 'the daemon'],
  ]);
  const ports = new Map<number, Map<string, string>>();
  for (const bind of settings.metrics.listen) takeAddress(ports, bind, '"metrics"');

  const conflicts: BindConflict[] = [];
  for (const tenant of tenants) {
    for (const listener of tenant.listeners) {
      listener.binds.forEach((bind, bindIndex) => {
        if (wanted && !wanted.has(keyOf(bind))) return;
        const me = `the listener ${listener.id} of ${tenant.id}`;
        const holder =
          bind.kind === 'unix' ? takePath(paths, realPath(bind.path), me) : takeAddress(ports, bind, me);
        if (holder !== null) {
          conflicts.push({ tenant: tenant.id, listener: listener.id, bindIndex, bind, holder });
        }
      });
    }
  }
  return conflicts;
}

/** One sentence for the operator. */
export function renderConflict({ bind, holder }: BindConflict): string {
  return `${renderBind(bind)} is taken by ${holder}`;
}

function takePath(paths: Map<string, string>, path: string, me: string): string | null {
  const holder = paths.get(path);
  if (holder === undefined) paths.set(path, me);
  return holder ?? null;
}

/** Port 0 is any free one: nobody has it before. */
function takeAddress(ports: Map<number, Map<string, string>>, bind: TcpBind, me: string): string | null {
  if (bind.port === 0) return null;
  const hosts = ports.get(bind.port) ?? new Map<string, string>();
  ports.set(bind.port, hosts);
  const rivals = wildcards.includes(bind.host) ? hosts.keys() : rivalsOf(bind.host);
  for (const host of rivals) {
    const holder = hosts.get(host);
    if (holder !== undefined) return holder;
  }
  hosts.set(bind.host, me);
  return null;
}

const wildcards = ['::', '0.0.0.0'];
const loopbacks = ['127.0.0.1', '::1'];

function rivalsOf(host: string): string[] {
  const alike = host === 'localhost' ? loopbacks : loopbacks.includes(host) ? ['localhost'] : [];
  return [host, ...wildcards, ...alike];
}
