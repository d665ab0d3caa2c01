import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyMargins, naturalWidth } from './fit-width.ts';
import { linkify } from './linkify.ts';
import { sourceRows } from './source-lines.ts';
import { hasTag, tagHue, withTag } from './tag-colour.ts';

test('addresses in text are found, and what stands around them is not', () => {
  const links = (text: string) => linkify(text).flatMap(({ href }) => href ?? []);
  assert.deepEqual(links('See https://a.test/x?y=1&z=(2), or www.b.test.'), [
    'https://a.test/x?y=1&z=(2',
    'http://www.b.test',
  ]);
  assert.deepEqual(links('<https://a.test/a b>'), ['https://a.test/ab']);
  assert.deepEqual(links('javascript:alert(1) mailto:x@y.test'), []);
  const text = 'a http://x.test b <http://y.test> c';
  assert.equal(
    linkify(text)
      .map(piece => piece.text)
      .join(''),
    text,
  );
});

test('source keeps its line numbers, wrapped or not', () => {
  assert.deepEqual(sourceRows('ab\r\n\nabcdefg', 3), [
    { number: 1, text: 'ab' },
    { number: 2, text: '' },
    { number: 3, text: 'abc' },
    { number: 0, text: 'def' },
    { number: 0, text: 'g' },
  ]);
  const long = 'x'.repeat(1_200_000);
  assert.equal(
    sourceRows(long, 0)
      .map(row => row.text)
      .join(''),
    long,
  );
});

test('a mail tells how wide it wants to be', () => {
  assert.equal(naturalWidth('<table width="600"><td width="100%">'), 600);
  assert.equal(naturalWidth('<div style="max-width:640px">'), 0);
  assert.equal(naturalWidth('<div style="width:640px">'), 640);
  assert.equal(naturalWidth('<table width=700><style>@media (max-width:600px){}</style>'), 0);
  assert.equal(naturalWidth('<p>short</p>'), 0);
});

test('what is left at the sides of a mail is known', () => {
  assert.equal(bodyMargins('<table width="700"></table>'), 16);
  assert.equal(bodyMargins('<body style="color:red; margin: 0">'), 0);
  assert.equal(bodyMargins('<body leftmargin=0>'), 0);
  assert.equal(bodyMargins('<style>html, body { padding:0; margin:0 }</style>'), 0);
  assert.equal(bodyMargins('<style>.tbody { color: red } p { margin:0 }</style>'), 16);
});

test('a tag is put into a query and taken out again', () => {
  assert.equal(withTag('', 'Shop'), 'tag:Shop');
  assert.equal(withTag('hello', 'My orders'), 'hello tag:"My orders"');
  assert.equal(withTag('hello tag:"My orders" x', 'My orders'), 'hello x');
  assert.ok(hasTag('a tag:shop', 'Shop'));
  assert.ok(!hasTag('a tag:shopping', 'shop'));
  assert.equal(tagHue('Shop'), tagHue('shop'));
});
