import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { headerAddresses } from './header-addresses.ts';
import { parseOutgoingMail, renderData } from './outgoing-mail.ts';

const parse = (text: string) => parseOutgoingMail(Buffer.from(text));
const data = (text: string) => Buffer.concat([...renderData(Buffer.from(text))]).toString();

test('To, Cc and Bcc are the recipients, and Bcc is left out', () => {
  const mail = parse(
    'To: a@b,\n c@d\nBCC: e@f\nSubject: x\nBcc : "G" <g@h>,\r\n\ti@j\ncc: k@l\n\nBcc: not@this\n',
  );
  assert.deepEqual(mail?.recipients, ['a@b', 'c@d', 'k@l', 'e@f', 'g@h', 'i@j']);
  assert.equal(mail?.text.toString(), 'To: a@b,\n c@d\nSubject: x\ncc: k@l\n\nBcc: not@this\n');
});

test('a header without a body, or without a final line end, is a mail', () => {
  assert.equal(parse('Subject: x')?.text.toString(), 'Subject: x');
  assert.equal(parse('Subject: x\r\n\r\n')?.text.toString(), 'Subject: x\r\n\r\n');
  assert.deepEqual(parse('Bcc: a@b')?.recipients, ['a@b']);
});

test('a text without a header is none', () => {
  for (const text of ['hello\n', '\nbody\n', ' To: a@b\n', 'From a@b Mon\nTo: a@b\n']) {
    assert.equal(parse(text), null, JSON.stringify(text));
  }
});

test('DATA has CRLF, stuffed dots and a final dot', () => {
  assert.equal(data('a\nb\r\n.\n..c\n\nd'), 'a\r\nb\r\n..\r\n...c\r\n\r\nd\r\n.\r\n');
  assert.equal(data(''), '.\r\n');
  assert.equal(data('a\rb\n'), 'a\rb\r\n.\r\n');
});

test('a mail of any size comes through whole', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', '.', '\r', 'ü'), maxLength: 9 })), lines => {
      const text = `${lines.map(line => line.replace(/\r+$/, '')).join('\n')}\n`.repeat(40);
      const back = data(text)
        .slice(0, -'.\r\n'.length)
        .split('\r\n')
        .map(line => line.replace(/^\./, ''))
        .join('\n');
      assert.equal(back, text);
    }),
  );
});

test('addresses are found in names, comments, groups and folds', () => {
  const cases: [string, string[]][] = [
    ['a@b', ['a@b']],
    ['Joe <joe@b>, "Doe, \\"J\\"" <j@b>', ['joe@b', 'j@b']],
    ['team: a@b, C <c@d>;, e@f (the, rest)', ['a@b', 'c@d', 'e@f']],
    ['undisclosed-recipients:;', []],
    ['"odd local"@b, ü@ö.example', ['"odd local"@b', 'ü@ö.example']],
    ['nobody, , <>', []],
  ];
  for (const [text, found] of cases) assert.deepEqual(headerAddresses(text), found, text);
});
