import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command, Option } from './command.ts';
import { checkArguments, parseOptions } from './parse-arguments.ts';

const options: readonly Option[] = [
  { name: 'file', short: 'f', value: 'FILE', summary: '' },
  { name: 'set', value: 'KEY', summary: '', repeated: true },
  { name: 'json', summary: '' },
];
const parse = (...words: string[]) => {
  const { args, values } = parseOptions(words, options);
  return { args, ...Object.fromEntries(values) };
};

test('options stand anywhere, and -- ends them', () => {
  assert.deepEqual(parse('a', '--file', 'x', 'b', '--json', '--', '--file'), {
    args: ['a', 'b', '--file'],
    file: ['x'],
    json: [''],
  });
  assert.deepEqual(parse('--file=x=y', '--set', '1', '--set=2'), {
    args: [],
    file: ['x=y'],
    set: ['1', '2'],
  });
  assert.deepEqual(parse('-f', '-'), { args: [], file: ['-'] });
});

test('what does not fit is told with what would', () => {
  const faults: [string[], RegExp][] = [
    [['--fil', 'x'], /^unknown option --fil$/],
    [['--file'], /^--file needs a value: --file FILE$/],
    [['--file', '--json'], /^--file needs a value/],
    [['--json=1'], /^--json takes no value$/],
    [['--file', '1', '--file', '2'], /^--file is given twice$/],
  ];
  for (const [words, message] of faults) {
    assert.throws(() => parse(...words), { code: 'CLI_USAGE', message }, words.join(' '));
  }
  assert.throws(() => parse('--fil'), { hint: 'did you mean --file?' });
});

test('arguments are held against the table', () => {
  const command = (args: Command['arguments'] & object): Command => ({
    name: 'x y',
    summary: '',
    arguments: args,
    load: () => Promise.reject(),
  });
  const one = { name: 'A', summary: '' };
  const rest = { name: 'B', summary: '', optional: true, repeated: true } as const;
  checkArguments(command([one]), ['1']);
  checkArguments(command([one, rest]), ['1']);
  checkArguments(command([one, rest]), ['1', '2', '3']);
  assert.throws(() => checkArguments(command([one]), []), {
    message: 'A is missing',
    hint: 'usage: mpctl x y A',
  });
  assert.throws(() => checkArguments(command([one]), ['1', '2']), { message: 'too many arguments: 2' });
});
