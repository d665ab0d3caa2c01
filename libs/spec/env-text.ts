import type { Entry, Fault, WrittenMap } from './written.ts';

/**
 * A text of KEY=VALUE lines as a map. Empty lines and lines that begin with `#` are passed over, as are `export ` before
 * a key and one pair of quotes around a value. Of a key that stands twice the last one counts.
 */
export function parseEnvText(text: string): {
  readonly root: WrittenMap;
  readonly faults: readonly Fault[];
} {
  const entries = new Map<string, Entry>();
  const faults: Fault[] = [];
  for (const line of text.matchAll(/[^\r\n]+/g)) {
    if (/^\s*(#|$)/.test(line[0])) continue;
    const match = /^(\s*(?:export\s+)?)([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line[0].replace(/^\uFEFF/, ' '));
    if (!match) {
      faults.push({ message: 'must be KEY=VALUE', at: line.index });
      continue;
    }
    const [, before = '', key = '', value = ''] = match;
    const keyAt = line.index + before.length;
    const quoted = /^\s*(["'])(.*)\1\s*$/.exec(value);
    const at = keyAt + key.length + 1;
    entries.set(key, { key, keyAt, value: { kind: 'text', at, text: quoted?.[2] ?? value.trim() } });
  }
  return { root: { kind: 'map', at: 0, entries: [...entries.values()] }, faults };
}
