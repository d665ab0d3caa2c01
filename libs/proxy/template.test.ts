import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Escapes, parseTemplate, renderTemplate, type TemplateData } from './template.ts';

const escapes: Escapes = {
  word: value => value,
  text: value => value.replaceAll('"', '\\"'),
  pattern: value => value.replaceAll('.', '[.]'),
};

function fill(text: string, data: TemplateData, others: Record<string, string> = {}): string {
  const source = (name: string) => ({ ...others, main: text })[name];
  return renderTemplate(parseTemplate('main', source), data, escapes);
}

test('a hole writes its value for the place that it names', () => {
  assert.equal(
    fill('{{word a}} "{{text b}}" {{pattern c}}', { a: 1, b: 'x"y', c: 'a.b' }),
    '1 "x\\"y" a[.]b',
  );
});

test('a section repeats for a list, shows once for a value, and not for null, false or an empty list', () => {
  const text =
    '{{#list}}<{{word .}}>{{/list}}{{#one}}[{{word name}}]{{/one}}{{^none}}none{{/none}}{{#none}}x{{/none}}';
  assert.equal(fill(text, { list: ['a', 'b'], one: { name: 'n' }, none: null }), '<a><b>[n]none');
  assert.equal(fill(text, { list: [], one: false, none: [] }), 'none');
});

test('an inner value hides the outer one of the same name', () => {
  assert.equal(fill('{{#in}}{{word x}}{{word y}}{{/in}}{{word x}}', { x: 1, y: 2, in: { x: 3 } }), '321');
});

test('a line of nothing but a tag leaves no line', () => {
  const text = 'a\n  {{! why }}\n{{#list}}\n  {{word .}};\n{{/list}}\n{{> part}}\nb\n';
  assert.equal(fill(text, { list: [1, 2] }, { part: 'part\n' }), 'a\n  1;\n  2;\npart\nb\n');
});

test('a comment ends at its own end', () => {
  assert.equal(fill('{{! a }} {{word x}}\n', { x: 1 }), ' 1\n');
});

for (const [text, message] of [
  ['a\n{{word x', /main:2: \{\{ is half a hole/],
  ['{{#a}}\n\n{{/b}}', /main:3: \{\{\/b\}\} closes nothing/],
  ['{{#a}}', /\{\{#a\}\} is not closed/],
  ['\n{{x}}', /main:2: \{\{x\}\} must be a kind/],
  ['{{raw x}}', /must be a kind/],
  ['{{{x}}}', /must be a kind|half a hole/],
  ['{{> main}}', /takes itself in/],
  ['{{> gone}}', /no template "gone"/],
  ['{{#a}}\n{{/a}}\n{{word y}}', /main:3: there is no "y"/],
  ['{{word a}}', /"a" is no text/],
] as const) {
  test(`refused: ${JSON.stringify(text)}`, () => {
    assert.throws(() => fill(text, { a: [] }), message);
  });
}
