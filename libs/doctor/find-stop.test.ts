import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { findStop } from './find-stop.ts';
import { lookAtAll, parseAcls } from './look-at.ts';
import { mayBecomeAnybody, tryConnectAs } from './try-connect.ts';

test('the first that fits decides, even if another would allow more', () => {
  const socket = { path: '/s', kind: 'socket', uid: 1, gid: 10, mode: 0o066, acl: null } as const;
  const stop = (uid: number, gid: number, at: object = {}) =>
    findStop({ name: '', uid, gids: [gid] }, [{ ...socket, ...at }])?.standing ?? 'in';
  assert.deepEqual([stop(1, 10), stop(2, 10), stop(2, 20), stop(0, 0)], ['owner', 'in', 'in', 'in']);
  assert.deepEqual([stop(2, 10, { mode: 0o606 }), stop(2, 20, { mode: 0o660 })], ['group', 'others']);
  const acl = { users: new Map([[2, 6]]), groups: new Map([[30, 6]]), owningGroup: 0, mask: 6 };
  assert.deepEqual([stop(2, 10, { acl }), stop(3, 30, { acl }), stop(3, 10, { acl })], ['in', 'in', 'group']);
  const masked = { ...acl, mask: 4 };
  assert.deepEqual([stop(2, 20, { acl: masked }), stop(3, 30, { acl: masked })], ['named user', 'group']);
  const folder = { ...socket, kind: 'folder', mode: 0o755 } as const;
  assert.equal(findStop({ name: '', uid: 5, gids: [5] }, [folder, { ...socket, mode: 0o666 }]), null);
});

test('what getfacl prints', () => {
  const acls = parseAcls(`# file: /run/a\\040b
# owner: 0
# group: 33
user::rw-
user:1000:rw-		#effective:r--
group::---
group:33:rw-
mask::r--
other::---

`);
  assert.deepEqual(acls.get('/run/a b'), {
    users: new Map([[1000, 6]]),
    groups: new Map([[33, 6]]),
    owningGroup: 0,
    mask: 4,
  });
});

const skip = mayBecomeAnybody ? false : 'only root can become others';

test('what is computed is what the kernel does', { skip }, async () => {
  const dir = mkdtempSync('/var/tmp/mpctl-stop-');
  const path = join(dir, 'inner.sock');
  const server = createServer(socket => socket.destroy());
  await new Promise<void>(done => server.listen(path, done));
  const id = fc.constantFrom(0, 71001, 71002, 71003);
  const mode = fc.integer({ min: 0, max: 0o777 });
  const entry = fc.tuple(fc.constantFrom('u', 'g'), id, fc.integer({ min: 0, max: 7 }));
  const person = fc.record({ uid: id, gids: fc.uniqueArray(id, { minLength: 1 }) });
  try {
    await fc.assert(
      fc.asyncProperty(
        person,
        fc.record({ uid: id, gid: id, mode }),
        fc.record({ uid: id, gid: id, mode }),
        fc.uniqueArray(entry, { maxLength: 3, selector: ([kind, name]) => `${kind}${name}` }),
        fc.option(fc.integer({ min: 0, max: 7 })),
        async (who, folder, socket, entries, mask) => {
          for (const [at, { uid, gid, mode: bits }] of [[dir, folder] as const, [path, socket] as const]) {
            execFileSync('setfacl', ['-b', at]);
            chownSync(at, uid, gid);
            chmodSync(at, bits);
          }
          const list = entries.map(([kind, name, bits]) => `${kind}:${name}:${bits}`);
          if (list.length > 0) {
            const masks = mask === null ? [] : [`m::${mask}`];
            execFileSync('setfacl', ['-m', [...list, ...masks].join(','), path]);
          }
          const chain = (await lookAtAll([path])).get(path);
          assert.ok(Array.isArray(chain));
          const stop = findStop({ name: 'x', ...who }, chain);
          const attempt = (await tryConnectAs({ name: 'x', ...who }, [path])).get(path);
          assert.equal(attempt, stop === null ? 'connected' : 'EACCES');
        },
      ),
      { numRuns: process.env.MPCTL_SOAK ? 2000 : 60 },
    );
    assert.equal(
      (await lookAtAll([join(dir, 'none', 'x.sock')])).get(join(dir, 'none', 'x.sock')),
      'missing',
    );
  } finally {
    server.close();
    rmSync(dir, { recursive: true });
  }
});
