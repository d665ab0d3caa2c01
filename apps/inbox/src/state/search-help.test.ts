import assert from 'node:assert/strict';
import { test } from 'node:test';
import { searchFaults, suggest } from './search-help.ts';

const tags = ['Invoices', 'My orders'];
const addresses = ['ann@shop.test', 'bob@client.test'];
const queries = (typed: string) => suggest(typed, tags, addresses).map(({ query }) => query);

test('operators, tags and addresses complete the last word', () => {
  assert.deepEqual(queries('fr'), ['from:']);
  assert.deepEqual(queries('hello from:ann'), ['hello from:ann@shop.test ']);
  assert.deepEqual(queries('-from:'), ['-from:ann@shop.test ', '-from:bob@client.test ']);
  assert.deepEqual(queries('tag:my'), ['tag:"My orders" ']);
  assert.deepEqual(queries('inv'), ['tag:Invoices ']);
  assert.deepEqual(queries('client'), ['bob@client.test ']);
  assert.deepEqual(queries('is:un'), ['is:unread ']);
  assert.equal(queries('x ').length, 8);
  assert.deepEqual(queries('subject:x'), []);
});

test('what the server would leave out is named', () => {
  const faults = (query: string) => searchFaults(query).map(({ word, why }) => `${word} ${why}`);
  assert.deepEqual(faults('before:soon'), ['before:soon date']);
  assert.deepEqual(faults('-after:2026-13-45x larger:big'), ['-after:2026-13-45x date', 'larger:big size']);
  assert.deepEqual(faults('from: "a b'), ['" quote', 'from: empty']);
  assert.deepEqual(faults('fro:shop -sbuject:x has:foo is:starred'), [
    'fro:shop operator',
    '-sbuject:x operator',
    'has:foo operator',
    'is:starred operator',
  ]);
  for (const good of [
    'is:unread -has:attachment IS:Read has:inlines',
    'before:2026-11-05',
    'after:"5 Nov 2026"',
    'before:2026',
    'larger:1.5M',
    'unknown:thing',
    'https://x.test/',
    'after:1763740800',
    'before:11/05/2026',
  ])
    assert.deepEqual(faults(good), [], good);
});
