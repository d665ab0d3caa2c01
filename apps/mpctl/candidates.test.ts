import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCandidates } from './candidates.ts';
import type { Command } from './command.ts';

const load = () => Promise.reject();
const commands: readonly Command[] = [
  { name: 'serve', summary: '', load },
  { name: 'tenant add', summary: '', arguments: [{ name: 'NAME', summary: '' }], load },
  {
    name: 'tenant show',
    summary: '',
    arguments: [{ name: 'NAME', summary: '', completes: 'tenant' }],
    options: [
      { name: 'as', value: 'FORM', summary: '', completes: ['table', 'text'] },
      { name: 'all', summary: '' },
    ],
    load,
  },
  { name: 'hidden', summary: '', hidden: true, load },
];

test('each place has its candidates', () => {
  const cases: [string, string[]][] = [
    ['', ['serve', 'tenant']],
    ['t', ['tenant']],
    ['tenant ', ['add', 'show']],
    ['tenant s', ['show']],
    ['tenant show ', [':tenant']],
    ['tenant show --as t', ['table', 'text']],
    ['tenant show --as text --all ', [':tenant']],
    ['tenant show a ', []],
    ['tenant show --a', ['--all', '--as']],
    ['serve --config ', [':file']],
    ['nothing ', []],
  ];
  for (const [typed, found] of cases)
    assert.deepEqual(findCandidates(commands, typed.split(' ')), found, typed);
});
