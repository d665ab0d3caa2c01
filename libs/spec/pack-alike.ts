/** Many objects that are alike as JSON: a few of them whole, of each what differs from one of these. */
export type PackedAlike<T extends object> = {
  readonly bases: readonly T[];
  readonly items: readonly (readonly [base: number, own: Partial<T>])[];
};

/** An object that differs from every base in more than this becomes one. */
const maxOwn = 4;

/** Only so many are compared with, the last ones. */
const maxCompared = 8;

export function packAlike<T extends object>(items: readonly T[]): PackedAlike<T> {
  const bases: T[] = [];
  const sameParts = new SameParts();
  return { bases, items: items.map(item => packOne(sameParts.of(item), bases)) };
}

/** They share what their bases have. */
export function unpackAlike<T extends object>({ bases, items }: PackedAlike<T>): T[] {
  return items.map(([at, own]) => ({ ...(bases[at] as T), ...own }));
}

function packOne<T extends object>(item: T, bases: T[]): readonly [number, Partial<T>] {
  for (let at = bases.length - 1; at >= Math.max(0, bases.length - maxCompared); at--) {
    const own = ownOf(item, bases[at] as T);
    if (own !== null) return [at, own];
  }
  bases.push(item);
  return [bases.length - 1, {}];
}

/** Makes one object of all parts that say the same. */
class SameParts {
  readonly #byText = new Map<string, object>();
  readonly #known = new Map<object, object>();

  of<T extends object>(item: T): T {
    const same = { ...item };
    for (const key in item) {
      const part = item[key];
      if (typeof part === 'object' && part !== null) same[key] = this.#same(part) as typeof part;
    }
    return same;
  }

  #same(part: object): object {
    const known = this.#known.get(part);
    if (known) return known;
    const text = JSON.stringify(part);
    const first = this.#byText.get(text) ?? part;
    this.#byText.set(text, first);
    this.#known.set(part, first);
    return first;
  }
}

/** What differs, or null when it is too much. */
function ownOf<T extends object>(item: T, base: T): Partial<T> | null {
  const own: Partial<T> = {};
  let count = 0;
  for (const key in item) {
    if (item[key] === base[key]) continue;
    own[key] = item[key];
    if (++count > maxOwn) return null;
  }
  return own;
}
