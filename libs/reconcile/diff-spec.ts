import { isDeepStrictEqual } from 'node:util';
import { renderBytes } from '../base/bytes.ts';
import { renderDuration } from '../base/duration.ts';
import type { Bind, FleetSpec, ListenerSpec, TenantSpec } from '../spec/tenant-spec.ts';

/** What a change costs: nothing · the mailbox is opened again · sockets are bound again · another shard · the daemon. */
export type ChangeCost = 'live' | 'reopen' | 'relisten' | 'move' | 'restart';

export type Change = {
  /** As in the tenants file, e.g. `listeners.smtp.bind`. */
  readonly key: string;
  /** For people; empty: not there. */
  readonly from: string;
  readonly to: string;
  readonly cost: ChangeCost;
};

type Field = readonly [key: string, field: string, cost: ChangeCost];

const tenantFields: readonly Field[] = [
  ['label', 'label', 'live'],
  ['user', 'user', 'relisten'],
  ['suspended', 'suspended', 'live'],
  ['maxMessages', 'maxMessages', 'live'],
  ['maxAge', 'maxAgeMs', 'live'],
  ['maxBytes', 'maxBytes', 'live'],
  ['maxMessageSize', 'maxMessageSizeBytes', 'live'],
  ['smtp.maxRecipients', 'smtp.maxRecipients', 'live'],
];

const listenerFields: readonly Field[] = [
  ['protocol', 'protocol', 'relisten'],
  ['bind', 'binds', 'relisten'],
  ['owner', 'access.owner', 'relisten'],
  ['group', 'access.group', 'relisten'],
  ['mode', 'access.mode', 'relisten'],
  ['acl', 'access.acl', 'relisten'],
  ['maxConnections', 'maxConnections', 'live'],
  ['backlog', 'backlog', 'relisten'],
  ['publicHost', 'publicHost', 'live'],
];

const fleetFields: readonly Field[] = [
  ['runDir', 'runDir', 'restart'],
  ['dataDir', 'dataDir', 'restart'],
  ['hostname', 'hostname', 'restart'],
  ['control.socket', 'control.socketPath', 'restart'],
  ['control.group', 'control.group', 'restart'],
  ['log.format', 'log.format', 'restart'],
  ['log.level', 'log.level', 'live'],
  ['metrics.listen', 'metrics.listen', 'relisten'],
  ['webGroup', 'webGroup', 'relisten'],
];

/** What changed of a tenant. The same object costs nothing to compare. */
export function diffTenant(from: TenantSpec, to: TenantSpec): Change[] {
  if (from === to) return [];
  const before = new Map(from.listeners.map(listener => [listener.id, listener]));
  const after = new Map(to.listeners.map(listener => [listener.id, listener]));
  const listeners = [...new Set([...before.keys(), ...after.keys()])].flatMap(id =>
    diffListener(id, before.get(id), after.get(id)),
  );
  return [...diffFields(tenantFields, from, to), ...listeners];
}

function diffListener(id: string, from: ListenerSpec | undefined, to: ListenerSpec | undefined): Change[] {
  const key = `listeners.${id}`;
  if (from && to) return diffFields(listenerFields, from, to, `${key}.`);
  const binds = (spec: ListenerSpec | undefined) => (spec ? renderValue('binds', spec.binds) : '');
  return [{ key, from: binds(from), to: binds(to), cost: 'relisten' }];
}

/** What changed of the settings of the whole fleet; `shards` shows in where tenants go. */
export function diffFleet(from: Omit<FleetSpec, 'tenants'>, to: Omit<FleetSpec, 'tenants'>): Change[] {
  return diffFields(fleetFields, from, to);
}

function diffFields(fields: readonly Field[], from: unknown, to: unknown, prefix = ''): Change[] {
  return fields.flatMap(([key, field, cost]) => {
    const [a, b] = [valueAt(from, field), valueAt(to, field)];
    if (a === b || isDeepStrictEqual(a, b)) return [];
    return [{ key: prefix + key, from: renderValue(field, a), to: renderValue(field, b), cost }];
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

function renderBind(bind: Bind): string {
  return bind.kind === 'unix' ? `unix:${bind.path}` : `${bind.host}:${bind.port}`;
}
