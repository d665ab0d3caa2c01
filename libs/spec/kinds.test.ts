import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bind, tcpBind } from './kinds.ts';

test('a port that is too high is told as that, everything else as what a bind is', () => {
  for (const text of [':65536', '127.0.0.1:99999', '[::1]:123456'])
    for (const kind of [bind, tcpBind]) assert.equal(kind.nearly?.(text), 'a port of at most 65535', text);
  for (const text of ['unix:/a:99999', '127.0.0.1', ':', 'host:25', ':-1'])
    assert.equal(bind.nearly?.(text), '', text);
});
