import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HeldView, holdReason } from './hold.ts';

function view(text: string, count: number): HeldView {
  return {
    texts: new Map([['tenants.yaml', text]]),
    tenants: new Set(Array.from({ length: count }, (_, at) => `t${at}`)),
  };
}

const before = view('tenants:\n  a: {}\n', 100);

test('the beginning of what it was is held, a missing line end and nothing at all too', () => {
  for (const text of ['tenants:\n  a: {}', 'tenants:\n', '']) {
    assert.match(holdReason(before, view(text, 100)), /looks cut off/, JSON.stringify(text));
  }
});

test('the same text, a longer and another one are not', () => {
  for (const text of ['tenants:\n  a: {}\n', 'tenants:\n  a: {}\n  b: {}\n', 'tenants:\n  b: {}\n']) {
    assert.equal(holdReason(before, view(text, 100)), '', JSON.stringify(text));
  }
});

test('a removal of more than a tenth, and more than five, is held', () => {
  assert.equal(holdReason(before, view('x', 90)), '');
  assert.match(holdReason(before, view('x', 89)), /11 of 100 tenants are gone/);
  assert.equal(holdReason(view('y', 10), view('x', 5)), '');
  assert.match(holdReason(view('y', 10), view('x', 4)), /6 of 10/);
  assert.match(holdReason(view('y', 2), view('x', 0)), /no tenant is left/);
});
