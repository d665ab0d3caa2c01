import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanTag, defaultTagRules, type TagRules, tagFilter, tagsFor } from './tags.ts';

const clean: [written: string, kept: string][] = [
  ['Sales', 'Sales'],
  [' a  b ', 'a b'],
  ['äpfel & birnen', 'pfel birnen'],
  ['a_b.c@d-e', 'a_b.c@d-e'],
  ['a\r\nX-Evil: 1', 'a X-Evil 1'],
  ['ä', ''],
  ['x'.repeat(200), 'x'.repeat(100)],
  [`${'x'.repeat(99)} y`, 'x'.repeat(99)],
];

for (const [written, kept] of clean) {
  test(`cleans ${JSON.stringify(written.slice(0, 30))}`, () => assert.equal(cleanTag(written), kept));
}

const sources = {
  addresses: [
    { Name: 'x+name', Address: 'a+News+b@example.com' },
    { Name: '', Address: '+plus@example.com' },
    { Name: '', Address: 'none@ex+ample.com' },
  ],
  xTags: " one,o'neil x-y,,NEWS;a",
  username: 'joe+x',
  holds: () => false,
  isFound: () => true,
};
const filters = [tagFilter('x', ['Filter', 'ONE', 'ü'], 'UTC')];

const rules: [Partial<TagRules>, expected: string[]][] = [
  [{}, ['NEWS a', 'News', 'b', 'o neil x-y', 'one', 'plus']],
  [{ xTags: false }, ['News', 'b', 'plus']],
  [{ plusAddresses: false }, ['NEWS a', 'o neil x-y', 'one']],
  [{ titleCase: true, username: true }, ['B', 'NEWS A', 'News', 'O neil X-Y', 'One', 'Plus', 'joe x']],
  [{ xTags: false, plusAddresses: false, filters }, ['Filter', 'ONE']],
];

test('what a mail holds gives its tags first, so that their spelling stays', () => {
  const held = { ...sources, holds: () => true };
  assert.deepEqual(tagsFor(held, { ...defaultTagRules, plusAddresses: false, filters }), [
    'Filter',
    'NEWS a',
    'ONE',
    'o neil x-y',
  ]);
});

for (const [rule, expected] of rules) {
  test(`tags by ${JSON.stringify(rule)}`, () =>
    assert.deepEqual(tagsFor(sources, { ...defaultTagRules, ...rule }), expected));
}
