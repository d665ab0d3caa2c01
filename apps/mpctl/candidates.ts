import type { Command } from './command.ts';
import { globalOptions } from './parse-arguments.ts';

/** What could stand in the last of the words: one candidate a line, or `:file`, `:dir`, `:tenant`. */
export function findCandidates(commands: readonly Command[], words: readonly string[]): readonly string[] {
  const typed = words.at(-1) ?? '';
  const done = words.slice(0, -1);
  const shown = commands.filter(({ hidden }) => !hidden);
  const command = shown
    .filter(({ name }) => `${done.join(' ')} `.startsWith(`${name} `))
    .sort((a, b) => b.name.length - a.name.length)[0];
  if (!command) {
    const begun = done.length === 0 ? '' : `${done.join(' ')} `;
    const next = shown
      .filter(({ name }) => name.startsWith(begun))
      .map(({ name }) => name.slice(begun.length));
    return startingWith(
      typed,
      next.map(rest => rest.split(' ')[0] ?? ''),
    );
  }
  const options = [...(command.options ?? []), ...globalOptions];
  const before = options.find(({ name, value }) => value && done.at(-1) === `--${name}`);
  if (before) return candidatesOf(before.completes ?? [], typed);
  if (typed.startsWith('-')) {
    return startingWith(
      typed,
      options.map(({ name }) => `--${name}`),
    );
  }
  const own = done.slice(command.name.split(' ').length);
  const place = own.filter((word, i) => !word.startsWith('-') && !takesValue(own[i - 1], options)).length;
  const wanted = command.arguments ?? [];
  const argument = wanted[place] ?? (wanted.at(-1)?.repeated ? wanted.at(-1) : undefined);
  return candidatesOf(argument?.completes ?? [], typed);
}

function takesValue(word: string | undefined, options: readonly { name: string; value?: string }[]): boolean {
  return options.some(({ name, value }) => value !== undefined && word === `--${name}`);
}

function candidatesOf(completes: string | readonly string[], typed: string): readonly string[] {
  return typeof completes === 'string' ? [`:${completes}`] : startingWith(typed, completes);
}

function startingWith(typed: string, words: readonly string[]): readonly string[] {
  return [...new Set(words)].filter(word => word.startsWith(typed)).sort();
}
