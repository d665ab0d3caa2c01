import { isDeepStrictEqual } from 'node:util';
import { renderBytes } from '../base/bytes.ts';
import { renderDuration } from '../base/duration.ts';
import { renderBind } from '../spec/bind.ts';
import type { ApplyClass, KeyRow } from '../spec/key.ts';
import { listenerKeys, settingsKeys, tenantKeys } from '../spec/key-table.ts';
import type { Bind, FleetSpec, ListenerSpec, TenantSpec } from '../spec/tenant-spec.ts';

export type Change = {
  /** As in the tenants file, e.g. `listeners.smtp.bind`. */
  readonly key: string;
  /** For people; empty: not there. */
  readonly from: string;
  readonly to: string;
  readonly cost: ApplyClass;
};

/** Where tenants go shows what `shards` changes. */
const fleetKeys = settingsKeys.filter(({ key }) => key !== 'shards');

/** What changed of a tenant. The same object costs nothing to compare. */
export function diffTenant(from: TenantSpec, to: TenantSpec): Change[] {
  if (from === to) return [];
  const before = new Map(from.listeners.map(listener => [listener.id, listener]));
  const after = new Map(to.listeners.map(listener => [listener.id, listener]));
  const listeners = [...new Set([...before.keys(), ...after.keys()])].flatMap(id =>
    diffListener(id, before.get(id), after.get(id)),
  );
  const { ownHost } = to;
  const host: Change = { key: 'proxy.baseDomain', from: from.ownHost, to: ownHost, cost: 'live' };
  return [...diffFields(tenantKeys, from, to), ...(from.ownHost === ownHost ? [] : [host]), ...listeners];
}

function diffListener(id: string, from: ListenerSpec | undefined, to: ListenerSpec | undefined): Change[] {
  const key = `listeners.${id}`;
  if (from && to) return diffFields(listenerKeys, from, to, `${key}.`);
  const binds = (spec: ListenerSpec | undefined) => (spec ? renderValue('binds', spec.binds) : '');
  return [{ key, from: binds(from), to: binds(to), cost: 'relisten' }];
}

/** What changed of the settings of the whole fleet; `shards` shows in where tenants go. */
export function diffFleet(from: Omit<FleetSpec, 'tenants'>, to: Omit<FleetSpec, 'tenants'>): Change[] {
  return diffFields(fleetKeys, from, to);
}

function diffFields(rows: readonly KeyRow[], from: unknown, to: unknown, prefix = ''): Change[] {
  return rows.flatMap(({ key, field, apply }) => {
    if (field === null) return [];
    const [a, b] = [valueAt(from, field), valueAt(to, field)];
    if (a === b || isDeepStrictEqual(a, b)) return [];
    return [{ key: prefix + key, from: renderValue(field, a), to: renderValue(field, b), cost: apply }];
  });
}

function valueAt(spec: unknown, field: string): unknown {
  return field.split('.').reduce((value, name) => (value as Record<string, unknown>)[name], spec);
}

/** A value as somebody would write it, judged by its field's unit. */
function renderValue(field: string, value: unknown): string {
  if (value === null || value === '') return 'none';
  if (field.endsWith('mode')) return (value as number).toString(8);
  if (field.endsWith('Ms')) return renderDuration(value as number);
  if (field.endsWith('Bytes')) return renderBytes(value as number);
  if (!Array.isArray(value)) return String(value);
  const items = value.map(item => (typeof item === 'object' ? renderBind(item as Bind) : String(item)));
  return items.length === 0 ? 'none' : items.join(' ');
}
