import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseXclient } from './xclient.ts';

test('attributes', () => {
  assert.deepEqual(parseXclient('NAME=a.example addr=192.0.2.1 PORT=1 PROTO=ESMTP HELO=x LOGIN=bob'), {
    name: 'a.example',
    addr: '192.0.2.1',
    port: '1',
    proto: 'ESMTP',
    helo: 'x',
    login: 'bob',
  });
  assert.deepEqual(parseXclient('NAME=[UNAVAILABLE] ADDR=[TEMPUNAVAIL]'), { name: null, addr: null });
  assert.deepEqual(parseXclient('ADDR=IPV6:2001:db8::1'), { addr: '2001:db8::1' });
  assert.deepEqual(parseXclient('LOGIN=a+40b+3Dc+C3+BC'), { login: 'a@b=cü' });
  assert.deepEqual(parseXclient('LOGIN=a+tag@b=100%'), { login: 'a+tag@b=100%' });
});

test('what is none', () => {
  for (const text of ['', 'NAME', '=x', 'FOO=x', 'ADDR=x', 'ADDR=', 'NAME=a+0Ab', 'LOGIN=+FF', 'HELO=a\rb'])
    assert.equal(parseXclient(text), null, text);
});
