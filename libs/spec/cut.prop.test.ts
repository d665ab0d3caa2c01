import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Cut, cutText } from './cut.ts';

const line = fc.constantFrom(
  'runDir: /x',
  'log: { level: warn }',
  'tenants:',
  'tenants: {}',
  '  a: {}',
  '  b: # here',
  '    label: B',
  '    smtp: { maxRecipients: 3 }',
  '  "c": {}',
  '# between',
  '  # indented',
  '',
  '    d: {}',
  'metrics:',
  '  listen: []',
  '- no map',
);
const text = fc.array(line, { maxLength: 14 }).map(lines => lines.join('\n'));
const edited = fc
  .tuple(text, fc.nat(), fc.nat(30), fc.oneof(text, fc.constantFrom('x', '\n', '\r', ' ', ':', '  e: {}\n')))
  .map(([before, at, length, fresh]) => {
    const start = at % (before.length + 1);
    return [before, before.slice(0, start) + fresh + before.slice(start + length)] as const;
  });

const plain = (cut: Cut | null) => cut && { ...cut, sections: [...cut.sections], tenants: [...cut.tenants] };

test('a text is cut alike, whatever was cut before it', () => {
  fc.assert(
    fc.property(edited, ([before, after]) => {
      cutText('');
      const alone = structuredClone(plain(cutText(after)));
      cutText(before);
      assert.deepEqual(plain(cutText(after)), alone);
    }),
    { numRuns: 10_000 },
  );
});

test('pieces before a change are the same objects', () => {
  const before = cutText('tenants:\n  a: {}\n  b: {}\n  c: {}\n');
  const after = cutText('tenants:\n  a: {}\n  b: {}\n  c: {}\n  d: {}\n');
  assert.equal(after?.tenants.get('b'), before?.tenants.get('b'));
  assert.notEqual(after?.tenants.get('c'), before?.tenants.get('c'));
  assert.equal(after?.tenants.size, 4);
});
