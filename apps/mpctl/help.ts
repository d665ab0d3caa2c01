import type { Command, Option } from './command.ts';
import { globalOptions, usageLine } from './parse-arguments.ts';
import { renderTable } from './print.ts';

/** All commands in a line each. */
export function renderOverview(commands: readonly Command[]): string {
  const rows = commands.filter(({ hidden }) => !hidden).map(({ name, summary }) => ['', name, summary]);
  return [
    'mpctl: a private mail sandbox per tenant, thousands of them in a handful of processes',
    '',
    'usage: mpctl COMMAND [options] [arguments]',
    '',
    indented(rows),
    '',
    'Every command takes:',
    '',
    indented(globalOptions.map(optionRow)),
    '',
    '`mpctl help COMMAND` says more.',
  ].join('\n');
}

/** All about one command. */
export async function renderHelp(command: Command): Promise<string> {
  const more = await command.more?.();
  return [renderUsage(command), ...(more === undefined ? [] : [more])].join('\n\n');
}

function renderUsage(command: Command): string {
  const own = command.options ?? [];
  const args = command.arguments ?? [];
  const sections = [`mpctl ${command.name}: ${command.summary}`, `usage: ${usageLine(command)}`];
  if (command.details) sections.push(command.details);
  if (args.length > 0) sections.push(indented(args.map(({ name, summary }) => ['', name, summary])));
  if (own.length > 0) sections.push(`Options:\n\n${indented(own.map(optionRow))}`);
  if (!command.readsArguments) sections.push(`Always:\n\n${indented(globalOptions.map(optionRow))}`);
  const examples = command.examples ?? [];
  if (examples.length > 0) sections.push(`Examples:\n\n${examples.map(line => `  ${line}`).join('\n')}`);
  return sections.join('\n\n');
}

/** A command's place in `docs/cli.md`. */
export function renderManual(command: Command): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const rows = [
    ...(command.arguments ?? []).map(({ name, summary }) => `| \`${name}\` | ${cell(summary)} |`),
    ...(command.options ?? []).map(option => `| \`${optionWords(option)}\` | ${cell(option.summary)} |`),
  ];
  const parts = [`## mpctl ${command.name}`, `${capital(command.summary)}.`, `    ${usageLine(command)}`];
  if (command.details) parts.push(command.details);
  if (rows.length > 0) parts.push(['| | |', '|---|---|', ...rows].join('\n'));
  if (command.examples?.length) parts.push(`\`\`\`sh\n${command.examples.join('\n')}\n\`\`\``);
  return parts.join('\n\n');
}

/** The options that every command takes, as a table of `docs/cli.md`. */
export function renderGlobalOptions(): string {
  return ['| | |', '|---|---|', ...globalOptions.map(o => `| \`${optionWords(o)}\` | ${o.summary} |`)].join(
    '\n',
  );
}

function optionWords({ name, short, value }: Option): string {
  return `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`;
}

const optionRow = (option: Option) => ['', optionWords(option), option.summary];

/** Rows without a headline. */
function indented(rows: readonly (readonly string[])[]): string {
  const [first = [], ...rest] = rows;
  return renderTable(first, rest);
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
