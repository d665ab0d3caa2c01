import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isMailbox,
  isPostmaster,
  parseFromArgument,
  parseSizeParameter,
  parseToArgument,
} from './address.ts';

test('mailboxes', () => {
  const good =
    'a@b|"ab"@c|"a\\"b"@c|a@[127.0.0.1]|a@[IPv6:::1]|a@[::1]|a+b@c|o\'x@c|a%b@c|ü@b|a@ü|a@b_c|a@-b|a@b(x)|a@b(x(y)\\))|g:a@b;|😀@b';
  for (const address of good.split('|')) assert.equal(isMailbox(address), true, address);
  const bad =
    'a@b@c|a@@b|noat|postmaster|x\ry| a@b|a@b |"a b"@c|""@c|@r:u@b|.a@c|a.@c|a..b@c|a@b.|a@b..c|a@[x]|a@[IPv6:1.2.3.4]|a@[IPv6:x]|(x)a@b|a@b,c@d|a\0@b|a@b\x7f|\ufffd@b||@|a@|@b|a@b(|a@b)|a@b(x)(|a\t@b|g:;|g:a@b,c@d;|"a@b|a@b(\n)';
  for (const address of bad.split('|')) assert.equal(isMailbox(address), false, address);
});

test('a long address costs no more than its length', () => {
  for (const part of ['a', '.a', '"', '(', ')', '\\"', 'a@', ':', '[', 'ü']) {
    for (const text of [part.repeat(2000), `${part.repeat(2000)}@b`, `a@${part.repeat(2000)}`])
      isMailbox(text);
  }
});

test('postmaster needs no domain', () => {
  assert.equal(isPostmaster('PostMaster'), true);
  assert.equal(isPostmaster('postmaster2'), false);
});

test('MAIL and RCPT arguments', () => {
  assert.deepEqual(parseFromArgument('from:<>'), { address: '', parameters: '' });
  assert.deepEqual(parseFromArgument('junk FROM: <a@b> SIZE=1 X'), {
    address: 'a@b',
    parameters: 'SIZE=1 X',
  });
  assert.deepEqual(parseToArgument('TO:<a\rb>'), { address: 'a\rb', parameters: '' });
  for (const text of [
    'FROM:  <a@b>',
    'FROM :<a@b>',
    'FROM:a@b',
    'FROM:<<a@b>>',
    'FROM:<a@b>x',
    'FROM:<a\vb>',
  ])
    assert.equal(parseFromArgument(text), null, text);
  assert.equal(parseToArgument('TO:<>'), null);
});

test('SIZE', () => {
  const rows: [string, number | null][] = [
    ['', null],
    ['SIZE', null],
    ['SIZE = 5', null],
    ['XSIZE=5', null],
    ['SIZE=5', 5],
    ['BODY=8BITMIME size=7 SIZE=9', 7],
    ['a,SIZE=5,b', 5],
    ['SIZE=-5', -5],
    ['SIZE=+5', 5],
    ['SIZE=9223372036854775807', 2 ** 63],
    ['SIZE=9223372036854775808', Number.NaN],
    ['SIZE=', Number.NaN],
    ['SIZE=5x', Number.NaN],
    ['SIZE=0x5', Number.NaN],
  ];
  for (const [text, size] of rows) assert.deepEqual(parseSizeParameter(text), size, text);
});
