import type { Folders } from './folders.ts';

/** What was typed, read: arguments in order, options by name. */
export class Input {
  readonly args: readonly string[];
  readonly folders: Folders;
  readonly #values: ReadonlyMap<string, readonly string[]>;

  /** A switch that was given has the value `''`. */
  constructor(args: readonly string[], values: ReadonlyMap<string, readonly string[]>, folders: Folders) {
    this.args = args;
    this.folders = folders;
    this.#values = values;
  }

  has(option: string): boolean {
    return this.#values.has(option);
  }

  /** Its last value. */
  text(option: string): string | null {
    return this.#values.get(option)?.at(-1) ?? null;
  }

  texts(option: string): readonly string[] {
    return this.#values.get(option) ?? [];
  }

  /** An argument that the table says is there. */
  argument(index: number): string {
    const value = this.args[index];
    if (value === undefined) throw new RangeError(`no argument ${index}`);
    return value;
  }

  /** Whether one JSON document is wanted on stdout. */
  get json(): boolean {
    return this.has('json');
  }
}
