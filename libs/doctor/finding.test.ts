import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findingCodes } from './finding.ts';

test('operations.md has every code with the words that it has here', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `(DOCTOR_\w+)` \| (.*?)(?: \(a warning\))? \|$/gm)];
  assert.deepEqual(Object.fromEntries(rows.map(([, code, words]) => [code, words])), findingCodes);
});
