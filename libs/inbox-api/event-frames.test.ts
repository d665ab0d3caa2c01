import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messagesOf } from './event-frames.ts';

const ids = (count: number) => Array.from({ length: count }, (_, i) => `id${i}`);
const types = (event: Parameters<typeof messagesOf>[0]) =>
  messagesOf(event).map(text => JSON.parse(`${text}}`).Type);

test('deleted by a search: up to 200 mails are told one by one, more by one prune', () => {
  assert.deepEqual(types({ kind: 'removed', ids: ids(200), bySearch: true }), Array(200).fill('delete'));
  assert.deepEqual(types({ kind: 'removed', ids: ids(201), bySearch: true }), ['prune']);
  assert.equal(types({ kind: 'removed', ids: ids(5000) }).length, 5000);
});

test('more than a thousand marks are one prune', () => {
  assert.equal(types({ kind: 'read', ids: ids(1000), read: true }).length, 1000);
  assert.deepEqual(types({ kind: 'read', ids: ids(1001), read: true }), ['prune']);
});

test('what limits remove is told by one prune', () => {
  assert.deepEqual(types({ kind: 'pruned', ids: ids(3) }), ['prune']);
});
