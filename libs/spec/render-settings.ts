/** A spec as the settings that somebody would write for it, defaults included. */
import { renderBytes } from '../base/bytes.ts';
import { renderDuration } from '../base/duration.ts';
import { renderBind } from './bind.ts';
import { setAt, valueAt } from './fill-in.ts';
import type { KeyRow } from './key.ts';
import { listenerKeys, tenantKeys } from './key-table.ts';
import type { TagFilterSpec } from './tags-spec.ts';
import type { Bind, TenantSpec } from './tenant-spec.ts';

type Settings = Readonly<Record<string, unknown>>;

/** Names and forms are those of the tenants file: `{maxAge: '30d', listeners: {smtp: {mode: '660', …}, …}, …}`. */
export function renderSettings(spec: TenantSpec): Settings {
  const listeners = spec.listeners.map(listener => [listener.id, settingsOf(listenerKeys, listener)]);
  return { ...settingsOf(tenantKeys, spec), listeners: Object.fromEntries(listeners) };
}

/** Keys that are not written and have no default are left out. */
function settingsOf(rows: readonly KeyRow[], spec: object): Settings {
  const settings: Record<string, unknown> = {};
  for (const { key, field } of rows) {
    const value = field === null ? null : valueAt(spec, field.split('.'));
    if (field !== null && value !== null && value !== undefined)
      setAt(settings, key.split('.'), writtenForm(field, value));
  }
  return settings;
}

function writtenForm(field: string, value: unknown): unknown {
  if (field.endsWith('Ms')) return renderDuration(value as number);
  if (/bytes$/i.test(field)) return renderBytes(value as number);
  if (field === 'access.mode') return (value as number).toString(8).padStart(3, '0');
  if (field === 'binds') return (value as readonly Bind[]).map(renderBind);
  if (field === 'tags.filters') return (value as readonly TagFilterSpec[]).map(renderFilter).join(' ');
  return value;
}

function renderFilter({ tags, match }: TagFilterSpec): string {
  return [tags.join(','), match].map(word => (/\s/.test(word) ? `"${word}"` : word)).join('=');
}
