/** Lays one set of keys over another: what stands above wins, maps are merged key by key, lists are taken whole. */
export function overlay<T extends object>(above: T, below: T): T {
  const merged = { ...below } as Record<string, unknown>;
  for (const [key, value] of Object.entries(above)) {
    if (value === undefined || value === null) continue;
    const under = merged[key];
    merged[key] = isMap(value) && isMap(under) ? overlay(value, under) : value;
  }
  return merged as T;
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
