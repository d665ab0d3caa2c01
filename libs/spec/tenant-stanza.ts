/** What the files say of one tenant, as a text that stands alone. */
import type { FleetReading } from './read-fleet.ts';
import { SourceText } from './source-text.ts';
import type { TenantSetting } from './tenant-edit.ts';
import { plainOf } from './written.ts';

const keyWord = /^[A-Za-z0-9][\w-]*$/;
const unbounded = () => ({ leftBytes: Number.POSITIVE_INFINITY });

/** A tenants file with this tenant alone; null: the files do not name it. Parses nothing of a file in the usual shape. */
export async function stanzaOf(reading: FleetReading, name: string): Promise<string | null> {
  for (const source of reading.sources.values()) {
    const lines = source.linesOf(name);
    if (lines !== null) return `tenants:\n${lines}`;
    const stanza = await source.stanza(name, unbounded());
    if (stanza)
      return `tenants: ${JSON.stringify({ [name]: stanza.body === null ? {} : plainOf(stanza.body) })}\n`;
  }
  return null;
}

/** Why nothing can be read from such a text, for people. */
export type FaultyStanza = { readonly fault: string };

export function isFault(read: readonly TenantSetting[] | FaultyStanza): read is FaultyStanza {
  return 'fault' in read;
}

/** The settings with which the tenant of such a text can be added again; an empty text has none. */
export async function settingsOf(
  stanza: string,
  name: string,
): Promise<readonly TenantSetting[] | FaultyStanza> {
  if (stanza === '') return [];
  const source = new SourceText('', stanza);
  const found = await source.stanza(name, unbounded());
  const [fault] = source.faults;
  if (fault) return { fault: fault.message };
  if (!found) return { fault: `it says nothing of ${name}` };
  if (found.body?.kind === 'text') return { fault: `what it says of ${name} are no settings` };
  return flatten(found.body === null ? null : plainOf(found.body), '');
}

/** A list, and a map with keys that a path cannot name, are written as JSON, which is YAML. */
function flatten(plain: unknown, path: string): TenantSetting[] {
  if (typeof plain === 'string') return [{ key: path, value: plain }];
  if (typeof plain !== 'object' || plain === null) return [];
  const entries = Array.isArray(plain) ? null : Object.entries(plain);
  if (!entries?.every(([key]) => keyWord.test(key))) return [{ key: path, value: JSON.stringify(plain) }];
  return entries.flatMap(([key, value]) => flatten(value, path === '' ? key : `${path}.${key}`));
}
