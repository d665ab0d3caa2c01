import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAclEntry, renderAcl } from './acl.ts';

test('entries are read as setfacl reads them', () => {
  assert.deepEqual(parseAclEntry('u:bob:rw'), { tag: 'u', name: 'bob', bits: 6 });
  assert.deepEqual(parseAclEntry('group:web:r--'), { tag: 'g', name: 'web', bits: 4 });
  assert.deepEqual(parseAclEntry('mask::rwx'), { tag: 'm', name: '', bits: 7 });
  assert.deepEqual(parseAclEntry('o::---'), { tag: 'o', name: '', bits: 0 });
  for (const text of [
    '',
    'bob',
    'u:bob',
    'u:bob:',
    'u:bob:q',
    'u:bob:rwrw',
    'd:u:bob:rw',
    'o:bob:r',
    'u:bob:rw\nu:eve:rw',
  ]) {
    assert.equal(parseAclEntry(text), null, JSON.stringify(text));
  }
});

test('a list has the mode, its entries and a mask that lets them all have their rights', () => {
  const entries = ['u:1000:rw', 'g:33:r'].map(text => parseAclEntry(text) ?? assert.fail());
  const list = ['u::rw-', 'u:1000:rw-', 'g::---', 'g:33:r--', 'm::rw-', 'o::r--'];
  assert.deepEqual(renderAcl(0o604, entries), list);
});

test('what is written wins over the mode and the computed mask', () => {
  const entries = ['m::r', 'g::rw', 'u:7:rw'].map(text => parseAclEntry(text) ?? assert.fail());
  assert.deepEqual(renderAcl(0o600, entries), ['u::rw-', 'u:7:rw-', 'g::rw-', 'm::r--', 'o::---']);
});

test('every list can be read again', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0o777 }), fc.nat(7), (mode, bits) => {
      for (const line of renderAcl(mode, [{ tag: 'u', name: '5', bits }])) assert(parseAclEntry(line));
    }),
  );
});
