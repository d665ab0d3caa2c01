import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dotStuffed, topOf } from './message-text.ts';

const sent = (mail: string) => Buffer.concat([...dotStuffed(Buffer.from(mail))]).toString();

test('dots at the start of a line are doubled', () => {
  assert.equal(sent('a\r\n'), 'a\r\n\r\n.\r\n');
  assert.equal(sent(''), '\r\n.\r\n');
  assert.equal(sent('.'), '..\r\n.\r\n');
  assert.equal(sent('.a\r\n..b\r\nc.\n.d'), '..a\r\n...b\r\nc.\n..d\r\n.\r\n');
});

test('a client that removes them has the mail back', () => {
  const text = fc
    .array(fc.constantFrom('.', '\n', '\r\n', 'a'), { maxLength: 30 })
    .map(parts => parts.join(''));
  fc.assert(
    fc.property(text, mail => {
      const received = sent(mail);
      assert.equal(received.replace(/(^|\n)\./g, '$1').slice(0, -4), mail);
      assert.equal(received.search(/(^|\n)\.\r?\n/), received.length - 4);
    }),
  );
});

test('the top of a mail', () => {
  const mail = Buffer.from('A: b\r\nC: d\r\n\r\none\r\ntwo\r\nthree');
  assert.equal(topOf(mail, 0).toString(), 'A: b\r\nC: d\r\n\r\n');
  assert.equal(topOf(mail, 1).toString(), 'A: b\r\nC: d\r\n\r\none\r\n');
  assert.equal(topOf(mail, 99).toString(), mail.toString());
  assert.equal(topOf(Buffer.from('A: b\n\nx'), 0).toString(), 'A: b\n\n');
  assert.equal(topOf(Buffer.from('A: b\r\n'), 5).toString(), 'A: b\r\n');
});
