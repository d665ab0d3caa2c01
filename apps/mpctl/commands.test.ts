import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commands } from './commands.ts';
import { globalOptions } from './parse-arguments.ts';

test('every command of the table is there', async () => {
  for (const command of commands) assert.equal(typeof (await command.load()), 'function', command.name);
});

test('no name and no option stands twice', () => {
  const names = commands.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
  for (const { name, options = [], readsArguments } of commands) {
    const all = [...options, ...(readsArguments ? [] : globalOptions)].map(option => option.name);
    assert.deepEqual(all, [...new Set(all)], name);
  }
});

test('what may be left out, or comes several times, stands last', () => {
  for (const { name, arguments: args = [] } of commands) {
    const order = args.map(({ optional, repeated }) => Number(optional ?? 0) + Number(repeated ?? 0));
    assert.deepEqual(order, order.toSorted(), name);
    assert.ok(
      args.slice(0, -1).every(({ repeated }) => !repeated),
      name,
    );
  }
});
