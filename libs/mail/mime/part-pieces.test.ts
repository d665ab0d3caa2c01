import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseHeader } from './header.ts';
import { decodeForReader, encodingOf, foreignCharset } from './part-content.ts';
import { decodePieces, isPieceable } from './part-pieces.ts';
import { parsePartTree } from './part-tree.ts';

const encodings = ['base64', 'quoted-printable', '8bit', 'nonsense'];
const charsets = [
  '',
  'utf-8',
  'iso-8859-1',
  'windows-1251',
  'shift_jis',
  'gb18030',
  'utf-16le',
  'cp-850',
  'x',
];

/** Things that a decoder stumbles over, and many of them in a row. */
const snippet = fc.oneof(
  fc.constantFrom('=', '==', '=4', '=41', '=\r\n', '= \t\r\n', '\r', '\n', '\r\n', ' ', '\t', ' \r\n'),
  fc.constantFrom('aGVsbG8=', 'aGVsbG8gd29ybGQ', '-_+/', '\x00', '\x82\xa0', '\xff', '\xe9', '=C3=A9'),
  fc.constantFrom(' '.repeat(997), ' '.repeat(1200), ' '.repeat(70_000), 'x'.repeat(70_000)),
  fc.string({ unit: 'binary-ascii', maxLength: 20 }),
);

async function decoded(raw: Buffer, pieceBytes: number): Promise<Buffer> {
  const part = parsePartTree(raw, parseHeader(raw, 0, raw.length)).root;
  const body = raw.subarray(part.bodyStart, part.bodyEnd);
  async function* pieces() {
    for (let at = 0; at < body.length; at += pieceBytes) yield body.subarray(at, at + pieceBytes);
  }
  const coding = { encoding: encodingOf(part), charset: foreignCharset(part) };
  assert.ok(isPieceable(coding));
  const found: Buffer[] = [];
  for await (const piece of decodePieces(pieces(), coding)) found.push(piece);
  return Buffer.concat(found);
}

test('a part in pieces is the part as a whole, wherever it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...encodings),
      fc.constantFrom(...charsets),
      fc.array(snippet, { maxLength: 30 }),
      fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 100_000 })),
      async (encoding, charset, snippets, pieceBytes) => {
        const head = `Content-Type: text/plain; charset=${charset}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`;
        // One byte at a time, a long text is only slow.
        const text = snippets.filter(each => pieceBytes > 9 || each.length < 5000).join('');
        const raw = Buffer.from(head + text, 'latin1');
        const whole = decodeForReader(raw, parsePartTree(raw, parseHeader(raw, 0, raw.length)).root);
        assert.equal((await decoded(raw, pieceBytes)).compare(whole), 0);
      },
    ),
    { numRuns: 400 },
  );
});

test('a charset that has to be read as a whole is none for pieces', () => {
  assert.equal(isPieceable({ encoding: 'none', charset: 'utf-7' }), false);
});
