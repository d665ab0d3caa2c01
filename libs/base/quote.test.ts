import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderIssue } from './issue.ts';
import { printable, quote } from './quote.ts';

test('a quoted value is short, and in one line', () => {
  assert.equal(quote('a "b"'), '"a \\"b\\""');
  assert.equal(quote('x'.repeat(60)), `"${'x'.repeat(60)}"`);
  assert.equal(quote('x'.repeat(200_000)), `"${'x'.repeat(60)}…"`);
  assert.equal(quote('😀'.repeat(61)), `"${'😀'.repeat(60)}…"`);
  assert.equal(quote('a\n\u001b[31m\u202eb'), '"a\\n\\u001b[31m\\u202eb"');
});

test('no issue moves the cursor or turns the line', () => {
  const issue = { code: 'X', severity: 'error', message: 'm\u001b[2J', path: 'tenants.\u202ea' } as const;
  assert.equal(renderIssue(issue), 'tenants.\\u202ea: m\\u001b[2J');
  assert.equal(printable('Zoë – 日本 👩‍💻'), 'Zoë – 日本 👩‍💻');
  assert.ok(renderIssue({ ...issue, path: `tenants.${'x'.repeat(9999)}` }).length < 200);
});
