import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineReader, tooLong } from './line-reader.ts';

function lines(reader: LineReader, text: string): (string | typeof tooLong)[] {
  reader.push(Buffer.from(text));
  const found: (string | typeof tooLong)[] = [];
  for (let line = reader.next(); line !== null; line = reader.next()) {
    found.push(line === tooLong ? tooLong : line.toString());
  }
  return found;
}

test('lines end with LF, in whatever pieces they come', () => {
  const reader = new LineReader(20);
  assert.deepEqual(lines(reader, 'a\r\nb\nc'), ['a\r', 'b']);
  assert.deepEqual(lines(reader, 'd'), []);
  assert.deepEqual(lines(reader, '\n\n'), ['cd', '']);
});

test('a line may fill the buffer with its end and not a byte more', () => {
  for (const size of [1, 9, 100]) {
    const reader = new LineReader(10);
    const text = `${'a'.repeat(9)}\n${'b'.repeat(10)}\nc\n`;
    const found: (string | typeof tooLong)[] = [];
    for (let i = 0; i < text.length; i += size) found.push(...lines(reader, text.slice(i, i + size)));
    assert.deepEqual(found, ['a'.repeat(9), tooLong, 'c']);
  }
});

test('what follows the last line can be taken, and a line without an end at the end of the stream', () => {
  const reader = new LineReader(10);
  reader.push(Buffer.from('DATA\r\nbytes'));
  assert.equal(reader.next()?.toString(), 'DATA\r');
  assert.equal(reader.takeInput().toString(), 'bytes');
  assert.deepEqual(lines(reader, 'QUIT'), []);
  assert.equal(reader.takeHeld()?.toString(), 'QUIT');
  assert.equal(reader.takeHeld(), null);
});
