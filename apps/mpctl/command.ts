import type { ExitCode } from './exit-code.ts';
import type { Input } from './input.ts';

/** What can stand in a place of the command line, for completion. */
export type Completes = 'file' | 'dir' | 'tenant' | readonly string[];

export type Option = {
  /** Without the dashes. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** What its value is called in help, e.g. `FILE`; a switch has none. */
  readonly value?: string;
  readonly summary: string;
  /** May be given again; all values count. */
  readonly repeated?: true;
  readonly completes?: Completes;
};

export type Argument = {
  /** As help shows it, e.g. `NAME`. */
  readonly name: string;
  readonly summary: string;
  readonly optional?: true;
  /** Takes all that is left. */
  readonly repeated?: true;
  readonly completes?: Completes;
};

/** Does what a command says. Throws what goes wrong; `run.ts` prints it and finds its exit code. */
export type Execute = (input: Input) => Promise<ExitCode>;

export type Command = {
  /** One word, or two as in `tenant add`. */
  readonly name: string;
  readonly summary: string;
  /** More for `help`: paragraphs. */
  readonly details?: string;
  /** What help adds, loaded only then. */
  readonly more?: () => Promise<string>;
  readonly arguments?: readonly Argument[];
  readonly options?: readonly Option[];
  readonly examples?: readonly string[];
  /** Started by other parts of the program; shown nowhere. */
  readonly hidden?: true;
  /** Reads its arguments itself, options too, because another program decides their form. */
  readonly readsArguments?: true;
  /** Loads the code, and with it what it needs: a command never pays for another. */
  load(): Promise<Execute>;
};
