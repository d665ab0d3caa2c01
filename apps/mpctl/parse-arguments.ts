import { parseArgs } from 'node:util';
import { nearestName } from '../../libs/base/nearest-name.ts';
import type { Command, Option } from './command.ts';
import { UsageError } from './usage-error.ts';

/** What every command takes. */
export const globalOptions: readonly Option[] = [
  { name: 'config', value: 'FILE', summary: 'the tenants file (MPCTL_CONFIG)', completes: 'file' },
  { name: 'run-dir', value: 'DIR', summary: 'where the sockets are (MPCTL_RUN_DIR)', completes: 'dir' },
  { name: 'data-dir', value: 'DIR', summary: 'where mail is kept (MPCTL_DATA_DIR)', completes: 'dir' },
  { name: 'json', summary: 'print one JSON document' },
  { name: 'help', short: 'h', summary: 'say how to use it' },
];

export type Parsed = {
  readonly args: readonly string[];
  /** A switch has the value `''`. */
  readonly values: ReadonlyMap<string, readonly string[]>;
};

/** Options anywhere, `--name value` or `--name=value`, `--` ends them. Throws {@link UsageError}. */
export function parseOptions(words: readonly string[], options: readonly Option[]): Parsed {
  const args: string[] = [];
  const values = new Map<string, string[]>();
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      options.map(({ name, short, value }) => [
        name,
        { type: value === undefined ? 'boolean' : 'string', ...(short ? { short } : {}) } as const,
      ]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'positional') args.push(token.value);
    if (token.kind !== 'option') continue;
    const option = options.find(({ name }) => name === token.name);
    if (!option) {
      const near = nearestName(
        token.name,
        options.map(({ name }) => name),
      );
      throw new UsageError(`unknown option ${token.rawName}`, near === null ? '' : `did you mean --${near}?`);
    }
    if (option.value === undefined && token.value !== undefined) {
      throw new UsageError(`--${option.name} takes no value`);
    }
    // With `strict: false` a string option swallows an option that follows; nobody means that.
    const isMissing = token.value === undefined || (!token.inlineValue && token.value.startsWith('--'));
    if (option.value !== undefined && isMissing) {
      throw new UsageError(`--${option.name} needs a value: --${option.name} ${option.value}`);
    }
    const known = values.get(option.name);
    if (known && !option.repeated && option.value !== undefined) {
      throw new UsageError(`--${option.name} is given twice`);
    }
    values.set(option.name, [...(known ?? []), token.value ?? '']);
  }
  return { args, values };
}

/** Holds the arguments against the command's table. Throws {@link UsageError}. */
export function checkArguments(command: Command, args: readonly string[]): void {
  const wanted = command.arguments ?? [];
  const missing = wanted.find((argument, index) => !argument.optional && args[index] === undefined);
  if (missing) throw new UsageError(`${missing.name} is missing`, `usage: ${usageLine(command)}`);
  if (args.length > wanted.length && !wanted.at(-1)?.repeated) {
    throw new UsageError(`too many arguments: ${args[wanted.length]}`, `usage: ${usageLine(command)}`);
  }
}

/** e.g. `mpctl tenant show [options] NAME` */
export function usageLine(command: Command): string {
  const words = (command.arguments ?? []).map(({ name, optional, repeated }) => {
    const word = repeated ? `${name}…` : name;
    return optional ? `[${word}]` : word;
  });
  const options = (command.options ?? []).length > 0 ? ['[options]'] : [];
  return ['mpctl', command.name, ...options, ...words].join(' ');
}
