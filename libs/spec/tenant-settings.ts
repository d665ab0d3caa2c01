import type { FleetReading } from './read-fleet.ts';
import type { TenantSetting } from './tenant-edit.ts';
import { plainOf } from './written.ts';

const keyWord = /^[A-Za-z0-9][\w-]*$/;

/** What the files say of a tenant, as settings with which it can be added again; null: they do not name it. */
export async function settingsOf(
  reading: FleetReading,
  name: string,
): Promise<readonly TenantSetting[] | null> {
  for (const source of reading.sources.values()) {
    const stanza = await source.stanza(name, { leftBytes: Number.POSITIVE_INFINITY });
    if (stanza) return flatten(stanza.body === null ? null : plainOf(stanza.body), '');
  }
  return null;
}

/** A list, and a map with keys that a path cannot name, are written as JSON, which is YAML. */
function flatten(plain: unknown, path: string): TenantSetting[] {
  if (typeof plain === 'string') return [{ key: path, value: plain }];
  if (typeof plain !== 'object' || plain === null) return [];
  const entries = Array.isArray(plain) ? null : Object.entries(plain);
  if (!entries?.every(([key]) => keyWord.test(key))) return [{ key: path, value: JSON.stringify(plain) }];
  return entries.flatMap(([key, value]) => flatten(value, path === '' ? key : `${path}.${key}`));
}
