import { MpctlError } from '../base/error.ts';
import { type Cut, cutText, type Piece } from './cut.ts';
import { encodingFault } from './encoding-fault.ts';
import type { Places } from './finding.ts';
import type { Entry, Fault, Written } from './written.ts';

/** A tenant as it stands in a file. `body` is null where nobody asked to read it. */
export type Stanza = { readonly name: string; readonly keyAt: number; readonly body: Written | null };

export type Names = { readonly size: number; has(name: string): boolean };

/** How much YAML may be parsed; shared by the files of one reading. */
export type YamlBudget = { leftBytes: number };

/**
 * One file of the configuration: its top-level keys and its tenants. Text in the usual shape is cut into pieces, of which
 * only those that are asked for are parsed; any other text, or one with a fault in a piece, is parsed whole.
 */
export class SourceText {
  readonly path: string;
  readonly text: string;
  readonly #encodingFault: Fault | null;
  #cut: Cut | null;
  #whole: readonly Entry[] | null = null;
  /** The tenants of a text that was parsed whole, without what stands in them. */
  #index: readonly Stanza[] | null = null;
  #faults: readonly Fault[] = [];
  #lineStarts: number[] | null = null;

  /** `isCut` false: a reading before found that the text must be parsed whole. */
  constructor(path: string, text: string, isCut = true) {
    this.path = path;
    this.text = text;
    this.#encodingFault = encodingFault(text);
    this.#cut = isCut && this.#encodingFault === null ? cutText(text) : null;
  }

  get isCut(): boolean {
    return this.#cut !== null;
  }

  /** What is wrong with the text as YAML; known after it was read. */
  get faults(): readonly Fault[] {
    return this.#faults;
  }

  /** The top-level keys but `tenants`. */
  async sections(budget: YamlBudget): Promise<readonly Entry[]> {
    if (this.#cut) {
      const entries = await this.#parsePieces([...this.#cut.sections.values()], budget);
      if (entries) return entries;
    }
    const entries = await this.#parseWhole(budget);
    return entries.filter(entry => entry.key !== 'tenants');
  }

  /** Whether it has the key `tenants`, whatever stands there. */
  async hasTenants(budget: YamlBudget): Promise<boolean> {
    if (this.#cut) return this.#cut.head !== null;
    return (await this.#parseWhole(budget)).some(({ key }) => key === 'tenants');
  }

  /** The names of the tenants. Of text that can be cut, or was read before, nothing is parsed. */
  async names(): Promise<Names> {
    if (this.#cut) return this.#cut.tenants;
    const stanzas = await this.stanzas(() => true, { leftBytes: Number.POSITIVE_INFINITY });
    return new Set(stanzas.map(({ name }) => name));
  }

  /** The tenants in their order; those that `isKnown` need no body. */
  async stanzas(isKnown: (name: string) => boolean, budget: YamlBudget): Promise<readonly Stanza[]> {
    if (this.#cut) {
      const pieces = [...this.#cut.tenants.values()];
      const unknown = pieces.filter(piece => !isKnown(piece.key));
      const bodies = new Map(
        (await this.#parsePieces(unknown, budget))?.map(entry => [entry.key, entry.value]),
      );
      if (this.#cut) {
        return pieces.map(({ key, start, indent }) => {
          return { name: key, keyAt: start + indent, body: bodies.get(key) ?? null };
        });
      }
    }
    if (this.#index?.every(({ name }) => isKnown(name))) return this.#index;
    const entries = await this.#parseWhole(budget);
    const tenants = entries.find(entry => entry.key === 'tenants')?.value;
    const stanzas = (tenants?.kind === 'map' ? tenants.entries : []).map(atKeyWhenEmpty);
    this.#index = stanzas.map(({ key, keyAt }) => ({ name: key, keyAt, body: null }));
    return stanzas.map(({ key, keyAt, value }) => ({ name: key, keyAt, body: value }));
  }

  /** One tenant, read; null: it is not here. */
  async stanza(name: string, budget: YamlBudget): Promise<Stanza | null> {
    const piece = this.#cut?.tenants.get(name);
    const [entry] = piece ? ((await this.#parsePieces([piece], budget)) ?? []) : [];
    if (entry) return { name, keyAt: entry.keyAt, body: entry.value };
    return this.#cut
      ? null
      : ((await this.stanzas(() => false, budget)).find(each => each.name === name) ?? null);
  }

  /** The lines of a tenant as they stand there; null where they do not stand for themselves. */
  linesOf(name: string): string | null {
    const piece = this.#cut?.tenants.get(name);
    const lines = piece && this.text.slice(piece.start, piece.end);
    // What an anchor names may stand elsewhere.
    return lines === undefined || /[&*]/.test(lines) ? null : lines.endsWith('\n') ? lines : `${lines}\n`;
  }

  /** Lets go of what was parsed; it can be read again. */
  forget(): void {
    this.#whole = null;
  }

  /** Whether the top-level keys but `tenants` are written exactly as in another text. */
  hasSectionsOf(other: SourceText): boolean {
    if (this === other) return true;
    if (!this.#cut || !other.#cut || this.#cut.sections.size !== other.#cut.sections.size) return false;
    return [...this.#cut.sections].every(([key, piece]) =>
      this.#isSame(piece, other, other.#cut?.sections.get(key)),
    );
  }

  /** Whether a tenant is written exactly as in another text. */
  hasTenantOf(other: SourceText, name: string): boolean {
    if (this === other) return true;
    const piece = this.#cut?.tenants.get(name);
    return piece !== undefined && this.#isSame(piece, other, other.#cut?.tenants.get(name));
  }

  readonly places: Places = offset => {
    this.#lineStarts ??= [0, ...Array.from(this.text.matchAll(/\n/g), match => match.index + 1)];
    let line = 0;
    for (let past = this.#lineStarts.length; line + 1 < past; ) {
      const middle = (line + past) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) line = middle;
      else past = middle;
    }
    const column = offset - (this.#lineStarts[line] ?? 0) + 1;
    return { line: line + 1, column: line === 0 && this.text.startsWith('\uFEFF') ? column - 1 : column };
  };

  #isSame(piece: Piece, other: SourceText, otherPiece: Piece | undefined): boolean {
    // One piece of two texts: the later was cut from where they differ.
    if (piece === otherPiece) return true;
    return (
      otherPiece !== undefined &&
      piece.end - piece.start === otherPiece.end - otherPiece.start &&
      this.text.slice(piece.start, piece.end) === other.text.slice(otherPiece.start, otherPiece.end)
    );
  }

  /** The pieces as entries; null, and the text is no longer cut, when one of them has a fault. */
  async #parsePieces(pieces: readonly Piece[], budget: YamlBudget): Promise<readonly Entry[] | null> {
    const readYaml = pieces.every(piece => piece.isEmpty) ? null : await loadYaml();
    const entries: Entry[] = [];
    for (const { key, start, end, indent, isEmpty } of pieces) {
      if (isEmpty || readYaml === null) {
        entries.push({ key, keyAt: start + indent, value: { kind: 'empty', at: start + indent } });
        continue;
      }
      spend(budget, end - start);
      const { root, faults, isBroken } = readYaml(this.text.slice(start, end), start);
      const [entry, ...more] = root.kind === 'map' ? root.entries : [];
      if (faults.length > 0 || !entry || more.length > 0) {
        this.#cut = null;
        if (isBroken) this.#faults = faults;
        return null;
      }
      entries.push(atKeyWhenEmpty(entry));
    }
    return entries;
  }

  async #parseWhole(budget: YamlBudget): Promise<readonly Entry[]> {
    if (this.#whole) return this.#whole;
    if (this.#encodingFault) {
      this.#faults = [this.#encodingFault];
      this.#whole = [];
      return this.#whole;
    }
    spend(budget, this.text.length);
    const readYaml = await loadYaml();
    const { root, faults, isBroken } = readYaml(this.text);
    // A broken piece says more exactly where: an open quote may be closed by the next one far below.
    this.#faults = isBroken && this.#faults.length > 0 ? this.#faults : faults;
    this.#whole = root.kind === 'map' ? root.entries.map(atKeyWhenEmpty) : [];
    const tenants = this.#whole.find(entry => entry.key === 'tenants')?.value;
    for (const [value, message] of [
      [root, 'must be keys and values'],
      [tenants, '"tenants" must be names of tenants and their keys'],
    ] as const) {
      if (value?.kind === 'text' || value?.kind === 'list')
        this.#faults = [...this.#faults, { message, at: value.at }];
    }
    return this.#whole;
  }
}

async function loadYaml() {
  return (await import('./read-yaml.ts')).readYaml;
}

function spend(budget: YamlBudget, bytes: number): void {
  budget.leftBytes -= bytes;
  if (budget.leftBytes < 0) {
    throw new MpctlError('SPEC_TOO_LARGE', 'more YAML changed than this process was asked to parse');
  }
}

/** An empty map has no place of its own: what is missing in it is missed at its key. */
function atKeyWhenEmpty(entry: Entry): Entry {
  const { keyAt, value } = entry;
  const isEmpty = value.kind === 'empty' || (value.kind === 'map' && value.entries.length === 0);
  return isEmpty ? { ...entry, value: { kind: 'empty', at: keyAt } } : entry;
}
