/**
 * From what was typed to an exit code: finds the command in the table, reads its options, lets it work.
 * Only here are errors printed.
 */
import { MpctlError } from '../../libs/base/error.ts';
import { nearestName } from '../../libs/base/nearest-name.ts';
import type { Command } from './command.ts';
import { commands } from './commands.ts';
import { exitCodeOf, reportError } from './errors.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { findFolders } from './folders.ts';
import { renderHelp, renderOverview } from './help.ts';
import { Input } from './input.ts';
import { checkArguments, globalOptions, parseOptions } from './parse-arguments.ts';
import { printData, printNote } from './print.ts';
import { UsageError } from './usage-error.ts';

/** Never rejects but for what is a bug. */
export async function run(words: readonly string[]): Promise<ExitCode> {
  try {
    // As everywhere; it is a command here, which says more with `--json`.
    return await runCommand(words[0] === '--version' ? ['version', ...words.slice(1)] : words);
  } catch (error) {
    if (!(error instanceof MpctlError)) throw error;
    reportError(error, words.includes('--json'));
    return exitCodeOf(error);
  }
}

async function runCommand(words: readonly string[]): Promise<ExitCode> {
  const { command, before, rest } = findCommand(words);
  if (command === null) return printOverview(before);
  // Of `sendmail -h 5` the option is the other program's own.
  const asksHelp = command.readsArguments
    ? rest.includes('--help') || (rest.length === 1 && rest[0] === '-h')
    : rest.includes('--help') || rest.includes('-h');
  if (asksHelp) {
    printData(await renderHelp(command));
    return exitCode.done;
  }
  if (command.readsArguments) {
    const { values } = parseOptions(before, globalOptions);
    return (await command.load())(new Input(rest, values, findFoldersOf(values)));
  }
  const { args, values } = parseOptions([...before, ...rest], [...globalOptions, ...(command.options ?? [])]);
  checkArguments(command, args);
  return (await command.load())(new Input(args, values, findFoldersOf(values)));
}

function findFoldersOf(values: ReadonlyMap<string, readonly string[]>) {
  const last = (name: string) => values.get(name)?.at(-1) ?? null;
  const options = { config: last('config'), runDir: last('run-dir'), dataDir: last('data-dir') };
  return findFolders(options, process.env, process.cwd());
}

/** Without a command: help when it was asked for, else the same as a complaint. */
async function printOverview(before: readonly string[]): Promise<ExitCode> {
  const { values } = parseOptions(before, globalOptions);
  if (values.has('help')) {
    printData(renderOverview(commands));
    return exitCode.done;
  }
  printNote(renderOverview(commands));
  return exitCode.usage;
}

type Found = {
  readonly command: Command | null;
  /** Options that stood before it. */
  readonly before: readonly string[];
  readonly rest: readonly string[];
};

/** The command is the first word or two that are no option; only options that every command takes stand before it. */
function findCommand(words: readonly string[]): Found {
  let start = 0;
  while (words[start]?.startsWith('-')) {
    const takesNext = globalOptions.some(({ name, value }) => value && words[start] === `--${name}`);
    start += takesNext ? 2 : 1;
  }
  const before = words.slice(0, start);
  const [first, second] = [words[start], words[start + 1]];
  if (first === undefined) return { command: null, before, rest: [] };
  for (const [name, length] of [
    [`${first} ${second}`, 2],
    [first, 1],
  ] as const) {
    const command = commands.find(candidate => candidate.name === name);
    if (command) return { command, before, rest: words.slice(start + length) };
  }
  throw unknownCommand(first, second);
}

function unknownCommand(first: string, second: string | undefined): UsageError {
  const known = commands.filter(({ hidden }) => !hidden).map(({ name }) => name);
  const group = known.filter(name => name.startsWith(`${first} `));
  if (group.length > 0 && (second === undefined || second.startsWith('-'))) {
    return new UsageError(`${first} is not a command alone`, `one of: ${group.join(', ')}`);
  }
  const typed = group.length > 0 ? `${first} ${second}` : first;
  const near = nearestName(`${first} ${second ?? ''}`.trim(), known) ?? nearestName(first, known);
  return new UsageError(
    `unknown command ${typed}`,
    near === null ? '`mpctl help` lists them' : `did you mean mpctl ${near}?`,
  );
}
