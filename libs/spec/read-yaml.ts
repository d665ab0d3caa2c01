/** The door to the `yaml` package, about 85 ms and 11 MB to load: imported where there is YAML to read, and not before. */
import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import { maxDepth, tooDeepAt } from './nesting.ts';
import type { Entry, Fault, Written } from './written.ts';

export type Yaml = {
  /** Empty when the text is broken. */
  readonly root: Written;
  readonly faults: readonly Fault[];
  /** It is no YAML at all, rather than YAML that nobody wants here. */
  readonly isBroken: boolean;
};

/**
 * Reads one document. `offset` is where the text begins in its file. Nothing is interpreted: `0660` stays four
 * characters. An anchor's content stands wherever its alias does.
 */
export function readYaml(text: string, offset = 0): Yaml {
  const deepAt = tooDeepAt(text);
  if (deepAt !== null) {
    const faults = [{ message: `nested deeper than ${maxDepth} levels`, at: offset + deepAt }];
    return { root: { kind: 'empty', at: offset }, faults, isBroken: true };
  }
  const document = parseDocument(text, { schema: 'failsafe', uniqueKeys: false, version: '1.2' });
  const faults: Fault[] = [...document.errors, ...document.warnings].map(error => ({
    message: messageOf(error.code, error.message),
    at: offset + (error.message.startsWith('Missing closing') ? openQuote(document) : error.pos[0]),
  }));
  // Behind an error the package goes on by guessing.
  if (document.errors.length > 0) return { root: { kind: 'empty', at: offset }, faults, isBroken: true };
  const root = new Conversion(document, offset, faults).convert(document.contents);
  return { root, faults, isBroken: false };
}

class Conversion {
  readonly #document: Document.Parsed;
  readonly #offset: number;
  readonly #faults: Fault[];
  /** What an alias repeats is converted once: a few lines could stand for gigabytes else. */
  readonly #known = new Map<Node, Written>();
  /** Those around what is converted just now. */
  readonly #open = new Set<Node>();

  constructor(document: Document.Parsed, offset: number, faults: Fault[]) {
    this.#document = document;
    this.#offset = offset;
    this.#faults = faults;
  }

  convert(node: unknown): Written {
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      if (target === undefined) {
        this.#faults.push({
          message: `there is no anchor &${node.source} before this alias`,
          at: this.#at(node),
        });
        return { kind: 'empty', at: this.#at(node) };
      }
      if (this.#open.has(target)) {
        const message = `this alias stands inside of what &${node.source} names`;
        this.#faults.push({ message, at: this.#at(node) });
        return { kind: 'empty', at: this.#at(node) };
      }
      return this.convert(target);
    }
    if (!isScalar(node) && !isSeq(node) && !isMap(node)) return { kind: 'empty', at: this.#offset };
    const known = this.#known.get(node);
    if (known) return known;
    const at = this.#at(node);
    this.#open.add(node);
    const written = isScalar(node)
      ? this.#scalar(node.value, node.type === 'PLAIN', at)
      : isSeq(node)
        ? ({ kind: 'list', at, items: node.items.map(item => this.convert(item)) } as const)
        : ({ kind: 'map', at, entries: this.#entries(node.items) } as const);
    this.#open.delete(node);
    this.#known.set(node, written);
    return written;
  }

  #scalar(value: unknown, isPlain: boolean, at: number): Written {
    const text = String(value ?? '');
    if (isPlain && /^(|~|null|Null|NULL)$/.test(text)) return { kind: 'empty', at };
    return { kind: 'text', at, text };
  }

  #entries(pairs: readonly unknown[]): Entry[] {
    const entries = new Map<string, Entry>();
    for (const pair of pairs) {
      if (!isPair(pair)) continue;
      const keyAt = this.#at(pair.key);
      if (!isScalar(pair.key)) {
        this.#faults.push({ message: 'a key must be a word', at: keyAt });
        continue;
      }
      const key = String(pair.key.value ?? '');
      const value = pair.value === null ? ({ kind: 'empty', at: keyAt } as const) : this.convert(pair.value);
      // Objects lose this one on the way, and a key must not get lost unseen.
      if (key === '__proto__') this.#faults.push({ message: '"__proto__" is no key', at: keyAt });
      else if (entries.has(key)) this.#faults.push({ message: `"${key}" is written twice`, at: keyAt });
      else entries.set(key, { key, keyAt, value });
    }
    return [...entries.values()];
  }

  #at(node: unknown): number {
    const range = (node as Node | null)?.range;
    return this.#offset + (range?.[0] ?? 0);
  }
}

/** Where the quote that is never closed opens: it is the last one, for it takes all that follows. */
function openQuote(document: Document.Parsed): number {
  let at = 0;
  visit(document, {
    Scalar(_, { type, range }) {
      if (type?.startsWith('QUOTE') && range) at = range[0];
    },
  });
  return at;
}

/** The package's own words without its place, and without what speaks of its functions. */
function messageOf(code: string, message: string): string {
  if (message.startsWith('Missing closing')) return 'this quote is never closed';
  const bracket = /end with a ([}\]])/.exec(message)?.[1];
  if (bracket) return `expected "${bracket}" before this`;
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here; a file holds one';
  if (code === 'TAG_RESOLVE_FAILED') return 'tags (words that begin with "!") are not known here';
  const first = message.split('\n')[0] ?? message;
  return first
    .replace(/ at line \d+, column \d+:?$/, '')
    .replace(/^[A-Z](?=[a-z])/, letter => letter.toLowerCase());
}
