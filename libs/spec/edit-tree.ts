/** Edits of any YAML, the door to the `yaml` package for them: what is there is found by reading, and changed in place. */
import { isCollection, isMap, isScalar, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { lineBreakOf, lineEnd, lineStart, linesBelow, nextLine, type Splice } from './splice.ts';
import { renderBlock, renderFlow, renderKeys, type Tree, treeOf } from './yaml-text.ts';

type Path = readonly string[];

/**
 * What to change; null when the place cannot be changed in place, such as an alias where a map should be. What an anchor
 * or a tag makes of a change is for the caller to see: by reading the new text.
 */
export type Splices = Splice[] | null;

export class EditTree {
  readonly #text: string;
  readonly #root: unknown;
  readonly #step: number;

  constructor(text: string) {
    this.#text = text;
    this.#root = parseDocument(text, { schema: 'failsafe', uniqueKeys: false }).contents;
    this.#step = /^( +)[^ #\r\n]/m.exec(text)?.[1]?.length ?? 2;
  }

  /** Keys on the way that are not there are made. */
  set(path: Path, tree: Tree): Splices {
    return isMap(this.#root) ? this.#setIn(this.#root, path, tree) : null;
  }

  /**
   * Nothing to do where there is no such key. A map that it was alone in goes with it, where nothing else is written there:
   * up to, and not with, the first `kept` keys of the path.
   */
  remove(path: Path, kept = path.length): Splices {
    const [map, pair] = this.#find(path);
    if (!map || !pair) return [];
    if (path.length - 1 > kept && map.items.length === 1 && this.#isAlone(path, pair))
      return this.remove(path.slice(0, -1), kept);
    return map.flow ? this.#removeItem(map, pair) : this.#removeLines(pair);
  }

  rename(path: Path, key: string): Splices {
    const [start, end] = rangeOf(this.#find(path)[1]?.key) ?? [];
    return start === undefined || end === undefined ? null : [{ start, end, text: key }];
  }

  #setIn(map: YAMLMap, [key = '', ...rest]: Path, tree: Tree): Splices {
    const pair = pairOf(map, key);
    const nested = rest.length === 0 ? tree : treeOf([{ path: rest, tree }]);
    if (!pair) return this.#insert(map, key, nested);
    if (rest.length === 0 || isNothing(pair.value)) return this.#replace(map, pair, nested);
    return isMap(pair.value) ? this.#setIn(pair.value, rest, tree) : null;
  }

  #insert(map: YAMLMap, key: string, tree: Tree): Splices {
    const last = map.items.at(-1);
    if (!last) {
      const at = (rangeOf(map)?.[0] ?? 0) + 1;
      return [insertion(at, ` ${key}: ${renderFlow(tree)}${this.#text[at] === '}' ? ' ' : ''}`)];
    }
    if (map.flow) return [insertion(this.#endOf(last), `, ${key}: ${renderFlow(tree)}`)];
    const indent = this.#columnOf(map.items[0]);
    const lines = renderBlock(key, tree, indent, this.#step);
    return [linesBelow(lineEnd(this.#text, this.#endOf(last)), lines, lineBreakOf(this.#text))];
  }

  #replace(map: YAMLMap, pair: Pair, tree: Tree): Splices {
    const [start, end] = this.#valueRange(pair);
    const colon = this.#colonOf(pair);
    const isInline = map.flow || typeof tree === 'string' || tree.size === 0;
    if (typeof tree !== 'string' && tree.size > 0 && /^\{[\s\S]*\n/.test(this.#text.slice(start, end))) {
      // Braces with nothing in them but a comment, which stays.
      return [insertion(start + 1, renderFlow(tree).slice(1, -2))];
    }
    if (!isInline) {
      const lines = renderKeys(tree, this.#columnOf(pair) + this.#step, this.#step);
      return [
        { start: colon, end: Math.max(colon, end), text: '' },
        linesBelow(lineEnd(this.#text, Math.max(colon, end)), lines, lineBreakOf(this.#text)),
      ];
    }
    const value = renderFlow(tree);
    if (start === end) return [insertion(colon, this.#text[colon - 1] === ':' ? ` ${value}` : `: ${value}`)];
    if (!isCollection(pair.value) || pair.value.flow) return [{ start, end, text: value }];
    const from = lineStart(this.#text, start);
    return [insertion(colon, ` ${value}`), { start: from, end: nextLine(this.#text, end), text: '' }];
  }

  #removeItem(map: YAMLMap, pair: Pair): Splices {
    const at = map.items.indexOf(pair);
    const next = map.items[at + 1];
    const before = map.items[at - 1];
    const start = rangeOf(pair.key)?.[0] ?? 0;
    if (next) return [{ start, end: rangeOf(next.key)?.[0] ?? start, text: '' }];
    return [{ start: before ? this.#endOf(before) : start, end: this.#endOf(pair), text: '' }];
  }

  #removeLines(pair: Pair): Splices {
    const key = rangeOf(pair.key)?.[0] ?? 0;
    const start = lineStart(this.#text, key);
    if (this.#text.slice(start, key).replace('\uFEFF', '').trim() !== '') return null;
    return [
      {
        start: start + (this.#text[start] === '\uFEFF' ? 1 : 0),
        end: nextLine(this.#text, this.#endOf(pair)),
        text: '',
      },
    ];
  }

  /** Whether nothing but blanks and braces stands between it and the end of the map that it is in. */
  #isAlone(path: Path, pair: Pair): boolean {
    const [, outer] = this.#find(path.slice(0, -1));
    if (!outer) return false;
    const before = this.#text.slice(this.#colonOf(outer), rangeOf(pair.key)?.[0]);
    const after = this.#text.slice(this.#endOf(pair), this.#endOf(outer));
    return /^[\s{]*$/.test(before) && /^[\s}]*$/.test(after);
  }

  #find(path: Path): [map: YAMLMap | null, pair: Pair | null] {
    let map: unknown = this.#root;
    for (const [depth, key] of path.entries()) {
      const pair = isMap(map) ? pairOf(map, key) : null;
      if (!isMap(map) || !pair) return [null, null];
      if (depth === path.length - 1) return [map, pair];
      map = pair.value;
    }
    return [null, null];
  }

  /** Where the value stands, without the line break that ends a block; empty behind the key when there is none. */
  #valueRange(pair: Pair): [start: number, end: number] {
    const range = rangeOf(pair.value);
    if (!range) return [this.#colonOf(pair), this.#colonOf(pair)];
    let [start, end] = range;
    if (end > start && this.#text[end - 1] === '\n') end -= this.#text[end - 2] === '\r' ? 2 : 1;
    return [start, end];
  }

  #endOf(pair: Pair): number {
    return Math.max(this.#valueRange(pair)[1], this.#colonOf(pair));
  }

  /** Behind the colon, or behind the key where a flow map has none. */
  #colonOf(pair: Pair): number {
    const end = rangeOf(pair.key)?.[1] ?? 0;
    const colon = /^\s*:/.exec(this.#text.slice(end, end + 100))?.[0];
    return end + (colon?.length ?? 0);
  }

  #columnOf(pair: Pair | undefined): number {
    const start = rangeOf(pair?.key)?.[0] ?? 0;
    return (
      start - lineStart(this.#text, start) - (this.#text[lineStart(this.#text, start)] === '\uFEFF' ? 1 : 0)
    );
  }
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find(pair => isScalar(pair.key) && String(pair.key.value ?? '') === key);
}

function isNothing(value: unknown): boolean {
  if (value === null || (isMap(value) && value.items.length === 0)) return true;
  return isScalar(value) && value.type === 'PLAIN' && /^(|~|null|Null|NULL)$/.test(String(value.value ?? ''));
}

/** Of the node itself, without the comment behind it. */
function rangeOf(node: unknown): [start: number, end: number] | null {
  const range = (node as Node | null | undefined)?.range;
  return range ? [range[0], range[1]] : null;
}

function insertion(at: number, text: string): Splice {
  return { start: at, end: at, text };
}
