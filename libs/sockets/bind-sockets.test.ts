import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { MpctlError } from '../base/error.ts';
import type { Bind, SocketAccess } from '../spec/tenant-spec.ts';
import { type BindOptions, bindSockets } from './bind-sockets.ts';
import type { BoundSocket } from './bound-socket.ts';

let runDir = '';
let opened: BoundSocket[] = [];

beforeEach(() => {
  runDir = join(mkdtempSync(join(tmpdir(), 'mpctl-')), 'run');
});

afterEach(async () => {
  for (const socket of opened) await socket.close();
  opened = [];
  rmSync(join(runDir, '..'), { recursive: true });
});

const own: SocketAccess = { owner: null, group: null, mode: 0o660, acl: [] };
const unix = (...names: string[]): Bind => ({ kind: 'unix', path: join(runDir, ...names) });

async function bind(place: Bind, access: Partial<SocketAccess> = {}, options: Partial<BindOptions> = {}) {
  const [outcome] = await bindSockets(
    [{ bind: place, protocol: 'smtp', access: { ...own, ...access }, backlog: 16 }],
    { runDir, webGroup: 'no-such-group', occupied: 'refuse', api: 'private', ...options },
  );
  if (outcome instanceof MpctlError) throw outcome;
  assert(outcome);
  opened.push(outcome);
  return outcome;
}

for (const api of ['private', 'public'] as const) {
  describe(`${api} API`, () => {
    test('makes folders that may be passed and not listed, and sockets of the configured mode', async () => {
      const socket = await bind(unix('project-a', 'smtp.sock'), { mode: 0o640 }, { api });
      assert.equal(lstatSync(runDir).mode & 0o7777, 0o711);
      assert.equal(lstatSync(join(runDir, 'project-a')).mode & 0o7777, 0o711);
      assert.equal(lstatSync(join(runDir, 'project-a/smtp.sock')).mode & 0o7777, 0o640);
      await socket.close();
      assert.deepEqual(readdirSync(runDir), [], 'the folder goes with its last socket');
    });

    test('the umask is left as it was', async () => {
      const before = process.umask();
      await bind(unix('project-a', 'smtp.sock'), {}, { api });
      assert.equal(process.umask(), before);
    });

    test('closing leaves alone what took the place of the socket', async () => {
      const socket = await bind(unix('project-a', 'smtp.sock'), {}, { api });
      const path = join(runDir, 'project-a/smtp.sock');
      rmSync(path);
      writeFileSync(path, 'mine');
      await socket.close();
      assert.deepEqual(readdirSync(join(runDir, 'project-a')), ['smtp.sock']);
      assert(lstatSync(path).isFile());
    });

    test('a port in use is refused', async () => {
      const foreign = createServer().listen(0, '127.0.0.1');
      await once(foreign, 'listening');
      const { port } = foreign.address() as { port: number };
      for (const host of ['127.0.0.1', 'localhost', '::']) {
        await assert.rejects(bind({ kind: 'tcp', host, port }, {}, { api }), { code: 'SOCKET_IN_USE' });
      }
      foreign.close();
    });
  });
}

test('a stale socket is replaced', async () => {
  const path = join(runDir, 'project-a/smtp.sock');
  const first = await bind(unix('project-a', 'smtp.sock'));
  const { ino } = lstatSync(path);
  const second = await bind(unix('project-a', 'smtp.sock'));
  assert.notEqual(second.fd, first.fd);
  assert.notEqual(lstatSync(path).ino, ino);
});

test('a socket that answers is refused, unless only orphans can be behind it', async () => {
  mkdirSync(join(runDir, 'project-a'), { recursive: true });
  const path = join(runDir, 'project-a/smtp.sock');
  const live = createServer().listen(path);
  await once(live, 'listening');
  await assert.rejects(bind(unix('project-a', 'smtp.sock')), { code: 'SOCKET_IN_USE' });
  const { ino } = lstatSync(path);
  await bind(unix('project-a', 'smtp.sock'), {}, { occupied: 'replace' });
  assert.notEqual(lstatSync(path).ino, ino);
  live.close();
});

test('whatever is not a socket stays, even when replacing', async () => {
  const folder = join(runDir, 'project-a');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'file.sock'), '');
  mkdirSync(join(folder, 'folder.sock'));
  symlinkSync('/nowhere/at/all', join(folder, 'dangling.sock'));
  symlinkSync('file.sock', join(folder, 'link.sock'));
  for (const name of ['file.sock', 'folder.sock', 'dangling.sock', 'link.sock']) {
    await assert.rejects(bind(unix('project-a', name), {}, { occupied: 'replace' }), {
      code: 'SOCKET_OCCUPIED',
    });
  }
  assert.equal(readdirSync(folder).length, 4);
});

test('a folder that is a symlink, or is missing outside of the run folder, is refused', async () => {
  mkdirSync(runDir);
  mkdirSync(join(runDir, '../elsewhere'));
  symlinkSync('../elsewhere', join(runDir, 'project-a'));
  await assert.rejects(bind(unix('project-a', 'smtp.sock')), { code: 'SOCKET_FOLDER_UNSAFE' });
  await assert.rejects(bind(unix('a', 'b', 'smtp.sock')), { code: 'SOCKET_FOLDER_MISSING' });
  assert(!existsSync(join(runDir, 'a')));
});

test('a path takes 107 bytes, not one more', async () => {
  const name = (length: number) => 's'.repeat(length - join(runDir, 't/').length);
  await bind(unix('t', name(107)));
  await assert.rejects(bind(unix('t', name(108))), { code: 'SOCKET_PATH_TOO_LONG' });
});

test('unknown users and groups are told, what nobody wrote is no error', async () => {
  await assert.rejects(bind(unix('t', 's'), { owner: 'no-such-user' }), { code: 'SOCKET_USER_UNKNOWN' });
  await assert.rejects(bind(unix('t', 's'), { group: 'no-such-group' }), { code: 'SOCKET_GROUP_UNKNOWN' });
  await assert.rejects(bind(unix('t', 's'), { acl: ['u:no-such-user:rw'] }), { code: 'SOCKET_USER_UNKNOWN' });
  await assert.rejects(bind(unix('t', 's'), { acl: ['bob'] }), { code: 'SOCKET_ACL_INVALID' });
  await bind(unix('t', 's'));
});

test('one failure does not touch the others, and outcomes keep their order', async () => {
  const places = [unix('a', 's'), unix('x', 'y', 's'), unix('b', 's')];
  const outcomes = await bindSockets(
    places.map(place => ({ bind: place, protocol: 'http' as const, access: own, backlog: 16 })),
    { runDir, webGroup: 'no-such-group', occupied: 'refuse', api: 'private' },
  );
  for (const one of outcomes) if (!(one instanceof MpctlError)) opened.push(one);
  assert.deepEqual(
    outcomes.map(one => (one instanceof MpctlError ? one.code : one.bind)),
    [places[0], 'SOCKET_FOLDER_MISSING', places[2]],
  );
});

test('port 0 becomes a port, and :: takes both families', async () => {
  const socket = await bind({ kind: 'tcp', host: '::', port: 0 }, {}, { api: 'public' });
  assert(socket.bind.kind === 'tcp' && socket.bind.port > 0);
  for (const host of ['127.0.0.1', '::1']) {
    const client = connect(socket.bind.port, host);
    await once(client, 'connect');
    client.destroy();
  }
});

test('the public API keeps connections until somebody takes them', async () => {
  const socket = await bind(unix('project-a', 'smtp.sock'), {}, { api: 'public' });
  const client = connect(join(runDir, 'project-a/smtp.sock'));
  await once(client, 'connect');
  client.write('early');
  const taken = await new Promise<import('node:net').Socket>(resolve => socket.route(resolve));
  const [data] = await once(taken.resume(), 'data');
  assert.equal(String(data), 'early');
  taken.destroy();
  client.destroy();
});
