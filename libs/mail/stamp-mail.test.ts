import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHeader } from './mime/header.ts';
import { repairLineEnds, stampMail } from './stamp-mail.ts';

/** Short for what is added in most cases. */
const added: Record<string, string> = {
  '{bcc}': 'Bcc: r@example.com\r\n',
  '{id}': 'Message-ID: <0123456789012345678901@mailpit>\r\n',
  '{path}': 'Return-Path: <s@example.com>\r\n',
  '{received}':
    'Received: from me (unknown [127.0.0.1])\r\n        by host (app) with SMTP\r\n' +
    '        for <r@example.com>; Sat, 21 Nov 2026 14:00:00 +0000 (UTC)\r\n',
};

type Case = [what: string, mail: string, expected: string, envelope?: { from?: string; to?: string[] }];

const cases: Case[] = [
  ['adds what is missing', 'X: 1\r\n\r\nb', '{bcc}{id}{path}{received}X: 1\r\n\r\nb'],
  ['a mail without a body', 'X: 1', '{bcc}{id}{path}{received}X: 1'],
  ['a mail without a header', '\r\nb', '{bcc}{id}{path}{received}\r\nb'],
  ['an empty mail', '', '{bcc}{id}{path}{received}'],
  ['a first line that is indented', ' X: 1\r\n\r\nb', '{bcc}{id}{path}{received} X: 1\r\n\r\nb'],
  ['a blank before the colon', 'X : 1\r\n\r\nb', '{bcc}{id}{path}{received}X : 1\r\n\r\nb'],

  ['Return-Path that is right', '{path}\r\n', '{bcc}{id}{received}{path}\r\n'],
  ['Return-Path in another case', 'Return-Path: <S@example.com>\r\n\r\n', '{bcc}{id}{received}{path}\r\n'],
  [
    'Return-Path is mended in its place, folds included, the first only',
    'X: 1\r\nReturn-Path: <o@example.com>\r\n fold\r\nY: 2\r\nReturn-Path: <t@t>\r\n\r\n',
    '{bcc}{id}{received}X: 1\r\n{path}Y: 2\r\nReturn-Path: <t@t>\r\n\r\n',
  ],
  [
    'an empty Return-Path stays below',
    'Return-Path:\r\n\r\n',
    '{bcc}{id}{path}{received}Return-Path:\r\n\r\n',
  ],
  ['null sender, no header', 'X: 1\r\n\r\n', '{bcc}{id}{received}X: 1\r\n\r\n', { from: '' }],
  ['null sender, <>', 'Return-Path: <>\r\n\r\n', '{bcc}{id}{received}Return-Path: <>\r\n\r\n', { from: '' }],
  [
    'null sender, another value',
    'Return-Path: <z@z>\r\n\r\n',
    '{bcc}{id}{received}Return-Path: <>\r\n\r\n',
    { from: '' },
  ],

  ['Message-ID', 'Message-ID: <a@b>\r\n\r\n', '{bcc}{path}{received}Message-ID: <a@b>\r\n\r\n'],
  ['Message-ID without brackets', 'message-id: a@b\r\n\r\n', '{bcc}{path}{received}message-id: a@b\r\n\r\n'],
  ['an empty Message-ID', 'Message-ID:\r\n\r\n', '{bcc}{id}{path}{received}Message-ID:\r\n\r\n'],
  ['Message-ID <>', 'Message-ID: <>\r\n\r\n', '{bcc}{id}{path}{received}Message-ID: <>\r\n\r\n'],

  [
    'recipients that no header names, duplicates kept',
    'To: R@example.com\r\nCc: c@x.com\r\n\r\n',
    'Bcc: q@x.com, q@x.com\r\n{id}{path}{received}To: R@example.com\r\nCc: c@x.com\r\n\r\n',
    { to: ['r@example.com', 'r@EXAMPLE.com', 'C@x.com', 'q@x.com', 'q@x.com'] },
  ],
  [
    'they join a Bcc that is there',
    'Bcc: Q <q@x.com>,\r\n t@x.com\r\nX: 1\r\n\r\n',
    '{id}{path}{received}Bcc: Q <q@x.com>,\r\n t@x.com, r@example.com\r\nX: 1\r\n\r\n',
  ],
  ['they replace one that is no list', 'Bcc: junk\r\nX: 1\r\n\r\n', '{id}{path}{received}{bcc}X: 1\r\n\r\n'],
  [
    'an empty Bcc stays below',
    'Bcc:  \r\n \r\nX: 1\r\n\r\n',
    '{bcc}{id}{path}{received}Bcc:  \r\n \r\nX: 1\r\n\r\n',
  ],
  [
    'bare line feeds: what would be changed in place is left',
    'Bcc: junk\nReturn-Path: <a@b>\n\nb',
    '{id}{received}Bcc: junk\nReturn-Path: <a@b>\n\nb',
  ],
  ['bytes above ASCII stay', 'X: \xe4\r\n\r\n\xff\x00', '{bcc}{id}{path}{received}X: \xe4\r\n\r\n\xff\x00'],
];

const settings = { hostname: 'host', app: 'app', received: true };
const envelopeOf = ({ from = 's@example.com', to = ['r@example.com'] }: Case[3] = {}) => ({
  from,
  to,
  helo: 'me',
  remoteAddress: '127.0.0.1',
  remoteHost: 'unknown',
  username: '',
});
const stamp = (mail: string, envelope: ReturnType<typeof envelopeOf>, received = true) => {
  const data = Buffer.from(mail, 'latin1');
  const header = parseHeader(data, 0, data.length);
  const nowMs = Date.UTC(2026, 10, 21, 14);
  return stampMail(
    data,
    header,
    envelope,
    { ...settings, received },
    nowMs,
    () => '0123456789012345678901',
  ).toString('latin1');
};
const fill = (text: string) => text.replace(/\{\w+\}/g, name => added[name] ?? '');

for (const [what, mail, expected, envelope] of cases) {
  test(`stamps: ${what}`, () => assert.equal(stamp(fill(mail), envelopeOf(envelope)), fill(expected)));
}

test('an envelope cannot begin a header line of its own', () => {
  const hostile = {
    ...envelopeOf({ from: 'a\r\nX-Evil: 1', to: ['b\r\nX-Evil: 2'] }),
    helo: 'me\nX-Evil: 3',
  };
  assert.doesNotMatch(stamp('X: 1\r\n\r\n', hostile), /^X-Evil/m);
});

test('no Received without an SMTP session', () => {
  assert.equal(stamp('X: 1\r\n\r\n', envelopeOf(), false), fill('{bcc}{id}{path}X: 1\r\n\r\n'));
});

test('doubled CRs are mended once, everywhere', () => {
  assert.equal(
    repairLineEnds(Buffer.from('a\r\r\n\r\r\nb\r\r\r\nc\r\n')).toString(),
    'a\r\n\r\nb\r\r\nc\r\n',
  );
});
