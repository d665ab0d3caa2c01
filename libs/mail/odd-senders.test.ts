/** What some programs write that no standard asks for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMailDate } from './mail-date.ts';
import { decodeHeaderText } from './mime/encoded-words.ts';
import { readMail, textOf } from './mime/read-mail.ts';

test('a letter that is cut in two encoded words is one letter', () => {
  assert.equal(decodeHeaderText('=?utf-8?q?J=C3?= =?utf-8?q?=B6rg?='), 'Jörg');
});

test('a Date in a zone by its old name', () => {
  assert.equal(parseMailDate('Fri, 26 Apr 2024 10:11:12 EST')?.atMs, Date.UTC(2024, 3, 26, 15, 11, 12));
});

test('a transfer encoding with a semicolon behind it', () => {
  const mail = 'Content-Type: text/plain\r\nContent-Transfer-Encoding: base64;\r\n\r\naGVsbG8=\r\n';
  assert.equal(textOf(readMail(Buffer.from(mail))), 'hello');
});
