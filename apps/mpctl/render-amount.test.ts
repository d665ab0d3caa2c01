import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderCount } from './render-amount.ts';

test('one is one', () => {
  assert.deepEqual([renderCount(1, 'tenant'), renderCount(0, 'error')], ['1 tenant', '0 errors']);
  assert.equal(renderCount(2, 'mailbox', 'mailboxes'), '2 mailboxes');
});
