import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore } from './browser-store.ts';
import { calledName, shownName } from './shown-name.ts';
import { isTag } from './tag-colour.ts';

test('a name cannot be made to look like another', () => {
  assert.equal(shownName('invoice\u202efdp.exe'), 'invoice�fdp.exe');
  assert.equal(shownName('a\r\nb'), 'a��b');
  assert.equal(shownName('נועה 👩‍💻'), 'נועה 👩‍💻');
  assert.equal(calledName({ Name: '\u200b\u2060 ', Address: 'a@b.test' }), 'a@b.test');
  assert.equal(calledName({ Name: 'Ann', Address: 'a@b.test' }), 'Ann');
});

test('a tag is what the server keeps as it is', () => {
  for (const tag of ['', 'a@b.test', 'Sign-up 2', 'x_y.z', 'x'.repeat(100)]) assert.ok(isTag(tag), tag);
  for (const tag of ['täg', 'a  b', ' a', 'a,b', 'x'.repeat(101)]) assert.ok(!isTag(tag), tag);
});

test('where the browser keeps nothing, what is set holds as long as the page', () => {
  const store = openStore(() => {
    throw new Error('The operation is insecure.');
  });
  store.setItem('a', '1');
  assert.equal(store.getItem('a'), '1');
  store.removeItem('a');
  assert.equal(store.getItem('a'), null);
});
