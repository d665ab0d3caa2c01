import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BadJson, parseFirstJson } from './go-json.ts';
import { parseBody } from './json-body.ts';

const shape = { Read: 'bool', IDs: ['string'], Search: 'string' } as const;

const accepted: [text: string, body: object][] = [
  ['{"IDs":["a"]}', { IDs: ['a'] }],
  ['{"ids":["a",null],"READ":true}', { IDs: ['a', ''], Read: true }],
  ['{"IDs":["a"],"IDs":["b","c"]}', { IDs: ['b', 'c'] }],
  ['{"IDs":null,"Read":null,"other":{"a":[1,{}]}}', {}],
  [' null', {}],
  ['{"Search":"x"}  trailing', { Search: 'x' }],
  ['{"Search":"\\u00e4"}}', { Search: 'ä' }],
];
for (const [text, body] of accepted) {
  test(`takes ${text}`, () => assert.deepEqual(parseBody(text, shape), body));
}

const struct = 'struct { Read bool; IDs []string; Search string }';
const refused: [text: string, message: string][] = [
  ['', 'EOF'],
  [' \n', 'EOF'],
  ['{', 'unexpected EOF'],
  ['[1', 'unexpected EOF'],
  ['{"a":1', 'unexpected EOF'],
  ['nul', 'unexpected EOF'],
  ['x', "invalid character 'x' looking for beginning of value"],
  ['+1', "invalid character '+' looking for beginning of value"],
  ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
  ['{"Read":true,}', "invalid character '}' looking for beginning of object key string"],
  ['{"a"}', "invalid character '}' after object key"],
  ['{"a":01}', "invalid character '1' after object key:value pair"],
  ['[1 2]', "invalid character '2' after array element"],
  ['{"a":tru}', "invalid character '}' in literal true (expecting 'e')"],
  ['tRue', "invalid character 'R' in literal true (expecting 'r')"],
  ['{"a":-}', "invalid character '}' in numeric literal"],
  ['{"a":1.}', "invalid character '}' after decimal point in numeric literal"],
  ['{"a":1e}', "invalid character '}' in exponent of numeric literal"],
  ['{"a":"\t"}', "invalid character '\\t' in string literal"],
  ['{"a":"\\x"}', "invalid character 'x' in string escape code"],
  ['{"a":"\\u12x4"}', "invalid character 'x' in \\u hexadecimal character escape"],
  ['[]', `json: cannot unmarshal array into Go value of type ${struct}`],
  ['"x"', `json: cannot unmarshal string into Go value of type ${struct}`],
  ['{"Read":"x"}', 'json: cannot unmarshal string into Go struct field .Read of type bool'],
  ['{"IDs":"a"}', 'json: cannot unmarshal string into Go struct field .IDs of type []string'],
  ['{"IDs":[1]}', 'json: cannot unmarshal number into Go struct field .IDs of type string'],
  ['{"IDs":[["a"]]}', 'json: cannot unmarshal array into Go struct field .IDs of type string'],
  ['{"Search":{}}', 'json: cannot unmarshal object into Go struct field .Search of type string'],
  ['['.repeat(20_000), 'exceeded max depth'],
];
for (const [text, message] of refused) {
  test(`refuses ${text.slice(0, 30)}`, () =>
    assert.throws(
      () => parseBody(text, shape),
      (error: Error) => error instanceof BadJson && error.message === message,
    ));
}

test('what JSON.parse takes is taken, with the same value', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom('', ' ', '\n}', 'x'), (text, tail) => {
      assert.deepEqual(
        parseFirstJson(text + (/^\S/.test(tail) && /\d$/.test(text) ? '' : tail)),
        JSON.parse(text),
      );
    }),
  );
});

test('whatever else is refused as bad JSON and as nothing else', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]":,0-.eE+truefalsn\\ u1a\u0001') }), text => {
      try {
        parseFirstJson(text);
      } catch (error) {
        assert.ok(error instanceof BadJson, String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});
