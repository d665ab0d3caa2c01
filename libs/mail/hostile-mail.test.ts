import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { describeMail } from './mail-message.ts';
import { mailStructure, rawHeaders } from './mail-parts.ts';
import { mailHtml, mailText } from './mail-view.ts';
import { prepareMail } from './prepare-mail.ts';

const envelope = {
  from: 'a@example.com',
  to: ['b@example.com'],
  helo: 'c',
  remoteAddress: '::1',
  remoteHost: 'd',
  username: '',
};
const settings = { hostname: 'host', app: 'app', received: true, strictRfcHeaders: false };

/** Everything that is ever done with a mail. */
function readWhole(mail: string) {
  const { row, raw } = prepareMail(Buffer.from(mail, 'latin1'), envelope, settings, {
    nowMs: 0,
    random: randomBytes,
  });
  const message = describeMail({ ...row, number: 1 }, raw);
  rawHeaders(raw);
  mailStructure(raw);
  mailText(raw);
  mailHtml(raw, '/part/', 'nonce', false);
  return { row, message };
}

const deep = (levels: number) =>
  Array.from(
    { length: levels },
    (_, level) => `Content-Type: multipart/mixed; boundary=b${level}\r\n\r\n--b${level}\r\n`,
  ).join('');
const wide = (parts: number) =>
  `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\nContent-Type: image/png; name=x\r\n\r\nx\r\n'.repeat(parts)}`;
const html = (body: string) => `Content-Type: text/html\r\n\r\n${body}`;

const bombs: [what: string, mail: string][] = [
  ['parts in parts in parts', deep(5_000)],
  ['very many parts', wide(50_000)],
  [
    'very many boundaries that are none',
    `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--bx\r\n'.repeat(200_000)}`,
  ],
  ['very many header fields', `${'X: y\r\n'.repeat(200_000)}\r\n`],
  ['one very long header', `Subject: ${'=?utf-8?q?a?= '.repeat(100_000)}\r\n\r\n`],
  ['one very long address list', `To: ${'"a" <a@b.c>, '.repeat(50_000)}\r\n\r\n`],
  ['comments in comments', `To: ${'('.repeat(200_000)}\r\n\r\n`],
  ['very many parameters', `Content-Type: text/plain${'; a*0=b'.repeat(100_000)}\r\n\r\n`],
  [
    'continued parameters',
    `Content-Type: text/plain${Array.from({ length: 5_000 }, (_, at) => `; name*${at}=x`).join('')}\r\n\r\nx`,
  ],
  ['elements in elements', html('<div><b><blockquote>'.repeat(100_000))],
  ['elements that end and never began', html(`${'<a>'.repeat(50_000)}${'</b>'.repeat(50_000)}`)],
  ['a tag that does not end', html(`<a ${'b="c" '.repeat(100_000)}`)],
  ['very many comments', html('<!-- x --'.repeat(100_000))],
  ['very many entities', html('&amp;&#x26;&nope;'.repeat(50_000))],
  ['headings of very long lines', html(`<h1>${'x'.repeat(500_000)}</h1>`)],
  ['very many cid references', html('<img src="cid:x">'.repeat(50_000))],
  ['blanks at line ends', `Content-Transfer-Encoding: quoted-printable\r\n\r\n${' '.repeat(500_000)}x`],
  ['padding without end', `Content-Transfer-Encoding: base64\r\n\r\n${'='.repeat(500_000)}`],
  ['a line of a megabyte', `Subject: x\r\n\r\n${'x'.repeat(1_000_000)}`],
  [
    'bytes of every kind',
    `Subject: x\r\n\r\n${Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('')}`,
  ],
  ['List-Unsubscribe of nothing', `List-Unsubscribe: ${'<'.repeat(100_000)}\r\n\r\n`],
  ['blanks within a header', `Subject: x${' '.repeat(500_000)}y\r\n\r\n`],
  ['brackets within a header', `Message-ID: ${'>'.repeat(500_000)}y\r\n\r\n`],
  ['comments of a type', `Content-Type: ${'('.repeat(500_000)}\r\n\r\n`],
  ['percent signs', `List-Unsubscribe: <https://x/${'%'.repeat(100_000)}>\r\n\r\n`],
];

for (const [what, mail] of bombs) test(`is read: ${what}`, () => void readWhole(mail));

test('no more than a thousand parts, no deeper than thirty', () => {
  const many = readWhole(wide(5_000));
  assert.equal(many.row.attachments + many.message.Inline.length, 999);
  assert.match(many.message.ParseError ?? '', /too many parts/);
  assert.match(readWhole(deep(100)).message.ParseError ?? '', /too deep/);
});
