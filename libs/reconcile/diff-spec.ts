import { isDeepStrictEqual } from 'node:util';
import { renderBytes } from '../base/bytes.ts';
import { renderDuration } from '../base/duration.ts';
import { renderBind } from '../spec/bind.ts';
import { valueAt } from '../spec/fill-in.ts';
import { hideHash } from '../spec/hide-hashes.ts';
import type { ApplyClass, KeyRow } from '../spec/key.ts';
import { listenerKeys, settingsKeys, tenantKeys } from '../spec/key-table.ts';
import type { TagFilterSpec } from '../spec/tags-spec.ts';
import type { Bind, FleetSpec, ListenerSpec, TenantSpec } from '../spec/tenant-spec.ts';

export type FleetSettings = Omit<FleetSpec, 'tenants'>;

export type Change = {
  /** As in the tenants file, e.g. `listeners.smtp.bind`. */
  readonly key: string;
  /** For people. */
  readonly from: string;
  readonly to: string;
  readonly cost: ApplyClass;
};

/** What changed of a tenant. The same object costs nothing to compare. */
export function diffTenant(from: TenantSpec, to: TenantSpec): Change[] {
  if (from === to || isDeepStrictEqual(from, to)) return [];
  const ids = new Set([...from.listeners, ...to.listeners].map(({ id }) => id));
  const changes = [
    ...diffKeys(tenantKeys, from, to),
    ...[...ids].flatMap(id => diffListener(id, listenerOf(from, id), listenerOf(to, id))),
  ];
  // What no key says directly follows from another tenant's or the fleet's settings.
  return changes.length > 0 ? changes : [{ key: 'what follows', from: 'before', to: 'now', cost: 'live' }];
}

/** A change of the web server's group, where a tenant has sockets that it gets. */
export function diffWebGroup(tenant: TenantSpec, from: string, to: string): Change[] {
  if (from === to || !tenant.listeners.some(usesWebGroup)) return [];
  return [{ key: 'webGroup', from, to, cost: 'relisten' }];
}

/** Whether the sockets of a listener go to the web server's group, nothing else being written. */
export function usesWebGroup({ protocol, access }: ListenerSpec): boolean {
  return protocol === 'http' && access.group === null;
}

/** What changed of the settings of the whole fleet. The number of shards shows in where tenants go. */
export function diffFleet(from: FleetSettings, to: FleetSettings): Change[] {
  return diffKeys(settingsKeys, from, to).filter(({ key }) => key !== 'shards');
}

function listenerOf({ listeners }: TenantSpec, id: string): ListenerSpec | null {
  return listeners.find(listener => listener.id === id) ?? null;
}

function diffListener(id: string, from: ListenerSpec | null, to: ListenerSpec | null): Change[] {
  const key = `listeners.${id}`;
  if (from && to) return diffKeys(listenerKeys, from, to, `${key}.`);
  const render = (spec: ListenerSpec | null) => renderValue('binds', spec?.binds ?? []);
  return [{ key, from: render(from), to: render(to), cost: 'relisten' }];
}

function diffKeys(rows: readonly KeyRow[], from: object, to: object, prefix = ''): Change[] {
  return rows.flatMap(({ key, field, apply }) => {
    if (field === null) return [];
    const [a, b] = [valueAt(from, field.split('.')), valueAt(to, field.split('.'))];
    if (a === b || isDeepStrictEqual(a, b)) return [];
    return [{ key: prefix + key, from: renderValue(field, a), to: renderValue(field, b), cost: apply }];
  });
}

function renderTagFilter({ match, tags }: TagFilterSpec): string {
  return `${tags.join(',')}=${match}`;
}

/** A value as somebody would write it; its field's name tells the unit. */
function renderValue(field: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return 'none';
  if (field.endsWith('mode') && typeof value === 'number') return value.toString(8);
  if (field.endsWith('Ms')) return renderDuration(value as number);
  if (field.endsWith('Bytes')) return renderBytes(value as number);
  if (!Array.isArray(value)) return String(value);
  if (field.endsWith('.filters')) return value.map(renderTagFilter).join(' ') || 'none';
  if (field.endsWith('.auth')) return value.map(hideHash).join(' ') || 'none';
  const items = value.map(item => (typeof item === 'object' ? renderBind(item as Bind) : String(item)));
  return items.length === 0 ? 'none' : items.join(' ');
}
