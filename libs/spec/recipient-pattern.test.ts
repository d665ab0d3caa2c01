import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePattern, patternFault } from './recipient-pattern.ts';

test('a pattern that takes for ever elsewhere takes no longer than its text', { timeout: 20_000 }, () => {
  for (const pattern of ['^(a+)+$', '^(a|aa)+$', '^(.*a){20}$', '(x+x+)+y'])
    assert.equal(compilePattern(pattern).test(`${'a'.repeat(2000)}!${'x'.repeat(2000)}`), false, pattern);
});

test('what only such a reader could follow is refused', () => {
  for (const pattern of ['(?=a)b', '(a)\\1', '(?<!a)b', '('])
    assert.match(patternFault(pattern) ?? '', /no regular expression of RE2/);
  assert.equal(patternFault('@example\\.com$'), null);
});
