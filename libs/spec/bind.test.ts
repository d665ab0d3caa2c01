import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBind, renderBind } from './bind.ts';

const unix = (path: string, mode: number | null) => ({ kind: 'unix', path, mode });
const tcp = (host: string, port: number) => ({ kind: 'tcp', host, port });

test('reads unix sockets with and without a mode', () => {
  assert.deepEqual(parseBind('unix:/run/a.sock'), unix('/run/a.sock', null));
  assert.deepEqual(parseBind('unix:/run/a.sock:660'), unix('/run/a.sock', 0o660));
  assert.deepEqual(parseBind('unix:a b/c:d.sock:0600'), unix('a b/c:d.sock', 0o600));
  assert.deepEqual(parseBind('unix:/run/a:b/c.sock'), unix('/run/a:b/c.sock', null));
  assert.deepEqual(parseBind('unix:/run/a:b'), unix('/run/a:b', null));
});

test('takes the last three of four digits, as Mailpit does', () => {
  assert.deepEqual(parseBind('unix:/a:1777'), unix('/a', 0o777));
  assert.deepEqual(parseBind('unix:/a:4755'), unix('/a', 0o755));
  assert.deepEqual(parseBind('unix:/a:000'), unix('/a', 0));
});

test('reads addresses', () => {
  assert.deepEqual(parseBind(':1025'), tcp('::', 1025));
  assert.deepEqual(parseBind('[::]:1025'), tcp('::', 1025));
  assert.deepEqual(parseBind('127.0.0.1:0'), tcp('127.0.0.1', 0));
  assert.deepEqual(parseBind('[0:0::1]:25'), tcp('::1', 25));
  assert.deepEqual(parseBind('localhost:25'), tcp('localhost', 25));
});

test('refuses what is none of these', () => {
  const none = [
    '',
    'unix:',
    'unix::660',
    'unix:/a:999',
    'unix:/a:',
    'unix:/a:66000',
    'UNIX:/a:660',
    '1025',
    'host:25',
  ];
  for (const text of [
    ...none,
    '127.0.0.1',
    '127.0.0.256:1',
    '01.2.3.4:1',
    '[::zz]:1',
    '::1:25',
    ':65536',
    '[]:25',
  ])
    assert.equal(parseBind(text), null, text);
});

test('writes what it reads back', () => {
  for (const text of ['unix:/run/a:b.sock', '[::]:1025', '127.0.0.1:25', 'localhost:25']) {
    const bind = parseBind(text);
    assert.ok(bind);
    assert.equal(renderBind(bind), text);
  }
});
