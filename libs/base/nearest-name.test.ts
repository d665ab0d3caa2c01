import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editDistance, nearestName } from './nearest-name.ts';

test('counts edits, a swap of neighbours as one', () => {
  assert.equal(editDistance('', 'abc'), 3);
  assert.equal(editDistance('kitten', 'sitting'), 3);
  assert.equal(editDistance('lable', 'label'), 1);
});

test('finds the name that was meant', () => {
  const keys = ['maxMessages', 'maxMessageSize', 'maxAge', 'label', 'user'];
  assert.equal(nearestName('maxMesages', keys), 'maxMessages');
  assert.equal(nearestName('maxmessagesize', keys), 'maxMessageSize');
  assert.equal(nearestName('lable', keys), 'label');
});

test('stays silent when nothing is near', () => {
  assert.equal(nearestName('mode', ['user', 'acl']), null);
  assert.equal(nearestName('x', []), null);
});
