import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DataReader } from './data-reader.ts';

/** Reads data that arrives in pieces cut at the given places: the mail and what follows it, or null without an end. */
function read(text: string, cuts: readonly number[] = []): { mail: string; rest: string } | null {
  const bytes = Buffer.from(text, 'latin1');
  const reader = new DataReader();
  const places = [0, ...cuts.map(cut => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let i = 1; i < places.length; i++) {
    const start = places[i - 1] ?? 0;
    const end = reader.push(Buffer.from(bytes.subarray(start, places[i])));
    if (end < 0) continue;
    const mail = Buffer.concat(reader.take());
    assert.equal(mail.length, reader.bytes);
    return { mail: mail.toString('latin1'), rest: bytes.subarray(start + end).toString('latin1') };
  }
  return null;
}

/** The same by the letter of RFC 5321 §4.5.2, slowly. */
function readSlowly(text: string): { mail: string; rest: string } | null {
  const all = `\r\n${text}`;
  const end = all.indexOf('\r\n.\r\n');
  if (end < 0) return null;
  return {
    mail: all
      .slice(0, end + 2)
      .replaceAll('\r\n.', '\r\n')
      .slice(2),
    rest: all.slice(end + 5),
  };
}

const rows: [what: string, text: string, mail: string | null][] = [
  ['an empty mail', '.\r\n', ''],
  ['one line', 'a\r\n.\r\n', 'a\r\n'],
  ['a dot at the start', '..a\r\n.\r\n', '.a\r\n'],
  ['one dot is removed, whatever follows', '.a\r\n.b\r\n.\r\n', 'a\r\nb\r\n'],
  ['a line of two dots', 'a\r\n..\r\n.\r\n', 'a\r\n.\r\n'],
  ['a dot behind a bare LF stays', 'a\n.b\r\n.\r\n', 'a\n.b\r\n'],
  ['LF.LF is no end', 'a\n.\n\r\n.\r\n', 'a\n.\n\r\n'],
  ['LF.CRLF is no end', 'a\n.\r\n\r\n.\r\n', 'a\n.\r\n\r\n'],
  ['CRLF.LF is no end', 'a\r\n.\nb\r\n.\r\n', 'a\r\n\nb\r\n'],
  ['CRLF.CR is no end', 'a\r\n.\rb\r\n.\r\n', 'a\r\n\rb\r\n'],
  ['CRLF.CRCRLF is no end', 'a\r\n.\r\r\n.\r\n', 'a\r\n\r\r\n'],
  ['CR.CR is no end', 'a\r.\r\r\n.\r\n', 'a\r.\r\r\n'],
  ['CR CRLF.CRLF ends', 'a\r\r\n.\r\n', 'a\r\r\n'],
  ['no end', 'a\r\n.\r', null],
];

for (const [what, text, mail] of rows) {
  test(`${what}, cut at every place`, () => {
    for (let i = 0; i <= text.length; i++) {
      for (let j = i; j <= text.length; j++) {
        const expected = mail === null ? null : { mail, rest: '' };
        assert.deepEqual(read(text, [i, j]), expected, `cut at ${i} and ${j}`);
      }
    }
  });
}

test('any data in any pieces reads as the RFC says', () => {
  const token = fc.constantFrom('\r', '\n', '.', '\r\n', '\r\n.', 'a', '\0', '\xff', '\r\n.\r\n');
  const text = fc.array(token, { maxLength: 40 }).map(tokens => tokens.join(''));
  fc.assert(
    fc.property(text, fc.array(fc.nat(200), { maxLength: 20 }), (data, cuts) => {
      assert.deepEqual(read(data, cuts), readSlowly(data));
    }),
  );
});

test('a mail in single bytes stays small', () => {
  const reader = new DataReader();
  const line = Buffer.from('0123456789abcdef\r\n');
  for (let i = 0; i < 100_000; i++)
    reader.push(Buffer.from(line.subarray(i % line.length, (i % line.length) + 1)));
  assert.equal(reader.push(Buffer.from('\r\n.\r\nQUIT')), 5);
  const pieces = reader.take();
  assert.equal(Buffer.concat(pieces).length, 100_002);
  assert.ok(pieces.length < 1000, `${pieces.length} pieces`);
});

test('a dropped mail still ends', () => {
  const reader = new DataReader();
  reader.push(Buffer.from('a\r\n'));
  reader.drop();
  assert.equal(reader.push(Buffer.from('b\r\n.\r\nNOOP\r\n')), 6);
  assert.equal(reader.bytes, 6);
});
