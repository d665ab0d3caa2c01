/**
 * Who can reach a socket: tried as the daemon, the web server, the tenant and a stranger, who are real users of this
 * machine, on a disk and on tmpfs. Only root can make users, so for others there is nothing to try.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { execa } from 'execa';
import { MpctlError } from '../../libs/base/error.ts';
import { type BindOptions, bindSockets, type SocketRequest } from '../../libs/sockets/bind-sockets.ts';
import type { ListenerProtocol, SocketAccess } from '../../libs/spec/tenant-spec.ts';
import type { BindOrder } from '../harness/bind-as.ts';
import { connectAs, knownPerson, People, type Person, pythonAs } from '../harness/people.ts';

const skip = process.getuid?.() === 0 ? false : 'only root can make the users that this tries';

const people = new People();
const hands: ChildProcess[] = [];
let daemon: Person;
let outsider: Person;
let web: Person;
let tenant: Person;
let stranger: Person;

before(async () => {
  if (skip) return;
  web = await knownPerson('www-data');
  daemon = await people.add('daemon', ['www-data']);
  outsider = await people.add('outsider');
  tenant = await people.add('tenant');
  stranger = await people.add('stranger');
});

after(async () => {
  // A user goes only when its last process has.
  for (const hand of hands) {
    if (hand.kill('SIGKILL')) await once(hand, 'exit');
  }
  await people[Symbol.asyncDispose]();
});

/** Binds in a process of its own, as root or as somebody else, and listens until the tests end. */
async function bindAs(person: Person | null, requests: SocketRequest[], runDir: string, caps?: string) {
  const program = join(import.meta.dirname, '../harness/bind-as.ts');
  // Root that may do nothing but what it is given here.
  const under =
    caps === undefined ? {} : { execPath: 'setpriv', execArgv: [`--bounding-set=${caps}`, process.execPath] };
  const hand = fork(program, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], ...under });
  hands.push(hand);
  hand.send({ user: person, requests, options: optionsFor(runDir) } satisfies BindOrder);
  const ended = once(hand, 'exit').then(([code]) => Promise.reject(new Error(`bind-as ended with ${code}`)));
  const [codes] = await Promise.race([once(hand, 'message'), ended]);
  return codes as string[];
}

function optionsFor(runDir: string): BindOptions {
  return { runDir, webGroup: 'www-data', occupied: 'refuse', api: 'private' };
}

function request(
  path: string,
  protocol: ListenerProtocol,
  access: Partial<SocketAccess> = {},
): SocketRequest {
  const own = { owner: null, group: null, mode: 0o660, acl: [] };
  return { bind: { kind: 'unix', path }, protocol, access: { ...own, ...access }, backlog: 16 };
}

/** Who gets through, of the four. */
async function whoConnects(path: string): Promise<string[]> {
  const everybody = { daemon, web, tenant, stranger };
  const through: string[] = [];
  for (const [role, person] of Object.entries(everybody)) {
    const result = await connectAs(person, path);
    if (result === 'connected') through.push(role);
    else assert.equal(result, 'EACCES', `${role} at ${path}`);
  }
  return through;
}

/** A folder for a test that everybody may pass. */
async function openGround(kind: 'disk' | 'tmpfs') {
  const dir = mkdtempSync('/var/tmp/mpctl-permissions-');
  chmodSync(dir, 0o711);
  if (kind === 'tmpfs') await execa('mount', ['-t', 'tmpfs', '-o', 'mode=711', 'mpctl-test', dir]);
  return {
    dir,
    async close() {
      if (kind === 'tmpfs') await execa('umount', ['--lazy', dir]);
      rmSync(dir, { recursive: true });
    },
  };
}

for (const kind of ['disk', 'tmpfs'] as const) {
  describe(`sockets on ${kind}`, { skip }, () => {
    let ground: Awaited<ReturnType<typeof openGround>>;
    let runDir = '';
    let count = 0;
    before(async () => {
      ground = await openGround(kind);
    });
    after(() => ground.close());
    /** A run folder of its own for each test, which this person may write. */
    const newRunDir = (person: Person | null) => {
      const parent = join(ground.dir, String(++count));
      mkdirSync(parent);
      chownSync(parent, person?.uid ?? 0, person?.gids[0] ?? 0);
      chmodSync(parent, 0o711);
      runDir = join(parent, 'run');
      return runDir;
    };
    const at = (name: string) => join(runDir, 'project-a', `${name}.sock`);

    test('root daemon, defaults: http is the web server’s, smtp the tenant’s, and nobody else gets in', async () => {
      newRunDir(null);
      const smtp = request(at('smtp'), 'smtp', { owner: tenant.name });
      assert.deepEqual(await bindAs(null, [request(at('http'), 'http'), smtp], runDir), ['', '']);
      assert.deepEqual(await whoConnects(at('http')), ['daemon', 'web'], 'the daemon is in the web group');
      assert.deepEqual(await whoConnects(at('smtp')), ['tenant']);
      assert.equal(lstatSync(at('http')).mode & 0o7777, 0o660);
    });

    test('everybody may pass the folders, nobody may list them', async () => {
      newRunDir(null);
      await bindAs(null, [request(at('smtp'), 'smtp', { mode: 0o666 })], runDir);
      assert.deepEqual(await whoConnects(at('smtp')), ['daemon', 'web', 'tenant', 'stranger']);
      const list = `
import os, sys
for path in sys.argv[1:]:
    try:
        os.listdir(path); print('listed')
    except PermissionError:
        print('refused')
`;
      const folders = [runDir, join(runDir, 'project-a')];
      assert.equal((await pythonAs(stranger, list, ...folders)).stdout, 'refused\nrefused');
    });

    test('a user and a group of an ACL get in beside owner and group, and a stranger does not', async () => {
      newRunDir(null);
      const acl = [`u:${tenant.name}:rw`, 'g:www-data:rw'];
      const some = request(at('smtp'), 'smtp', { owner: daemon.name, acl });
      assert.deepEqual(await bindAs(null, [some], runDir), ['']);
      assert.deepEqual(await whoConnects(at('smtp')), ['daemon', 'web', 'tenant']);
      const { stdout } = await execa('getfacl', [
        '--omit-header',
        '--numeric',
        '--absolute-names',
        at('smtp'),
      ]);
      const expected = [
        'user::rw-',
        `user:${tenant.uid}:rw-`,
        'group::rw-',
        `group:${web.gids[0]}:rw-`,
        'mask::rw-',
        'other::---',
      ];
      assert.deepEqual(stdout.split('\n').filter(Boolean), expected);
    });

    test('daemon without rights: its group for http, an ACL for smtp', async () => {
      newRunDir(daemon);
      const smtp = request(at('smtp'), 'smtp', { acl: [`u:${tenant.name}:rw`] });
      assert.deepEqual(await bindAs(daemon, [request(at('http'), 'http'), smtp], runDir), ['', '']);
      assert.deepEqual(await whoConnects(at('http')), ['daemon', 'web']);
      assert.deepEqual(await whoConnects(at('smtp')), ['daemon', 'tenant']);
    });

    test('daemon without rights: what is written and impossible is told, a default that is impossible is not', async () => {
      newRunDir(outsider);
      const codes = await bindAs(
        outsider,
        [
          request(at('http'), 'http'),
          request(at('owner'), 'smtp', { owner: tenant.name }),
          request(at('group'), 'smtp', { group: 'www-data' }),
        ],
        runDir,
      );
      assert.deepEqual(codes, ['', 'SOCKET_RIGHT_MISSING', 'SOCKET_RIGHT_MISSING']);
      assert.equal(await connectAs(web, at('http')), 'EACCES');
      assert.equal(await connectAs(outsider, at('http')), 'connected');
    });

    test('CAP_CHOWN alone gives a socket away, with its mode and its ACL', async () => {
      newRunDir(null);
      const requests = [
        request(at('plain'), 'smtp', { owner: tenant.name, group: 'www-data', mode: 0o620 }),
        request(at('acl'), 'smtp', { owner: tenant.name, acl: [`u:${stranger.name}:rw`] }),
      ];
      assert.deepEqual(await bindAs(null, requests, runDir, '-all,+chown'), ['', '']);
      assert.deepEqual(await whoConnects(at('plain')), ['daemon', 'web', 'tenant']);
      assert.deepEqual(await whoConnects(at('acl')), ['tenant', 'stranger']);
      assert.equal(lstatSync(at('plain')).mode & 0o777, 0o620);
      const refused = request(at('refused'), 'smtp', { owner: tenant.name });
      assert.deepEqual(await bindAs(null, [refused], runDir, '-all'), ['SOCKET_RIGHT_MISSING']);
    });

    test('no socket is wider than configured for an instant, whatever the umask is', async () => {
      newRunDir(null);
      const requests = Array.from({ length: 400 }, (_, i) =>
        request(join(runDir, 'project-a', `${i}`), 'smtp', {
          owner: tenant.name,
          group: 'www-data',
          mode: 0o640,
          acl: i % 4 === 0 ? [`u:${daemon.name}:rw`] : [],
        }),
      );
      mkdirSync(join(runDir, 'project-a'), { recursive: true });
      // Looks at modes and owners, and tries to connect, until the last socket is the tenant's; prints what was too much.
      const watch = `
import os, socket, sys
folder, count, owner = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
seen, reached, done = set(), 0, set()
print('watching', flush=True)
while len(done) < count:
    for i in range(count):
        path = f'{folder}/{i}'
        try:
            status = os.lstat(path)
        except FileNotFoundError:
            continue
        allowed = 0o660 if i % 4 == 0 else 0o640
        if status.st_mode & 0o777 & ~allowed:
            seen.add(oct(status.st_mode))
        if status.st_uid == owner:
            done.add(i)
        try:
            socket.socket(socket.AF_UNIX).connect(path)
            reached += 1
        except OSError as error:
            if not isinstance(error, PermissionError): reached += 1
print(sorted(seen), reached)
`;
      const watcher = pythonAs(stranger, watch, join(runDir, 'project-a'), '400', String(tenant.uid));
      await once(watcher.stdout, 'data');
      assert.deepEqual(await bindAs(null, requests, runDir), Array(400).fill(''));
      assert.deepEqual((await watcher).stdout.split('\n'), ['watching', '[] 0']);
    });

    test('in a folder that the tenant may write, no swapped-in symlink leads anything elsewhere', async () => {
      newRunDir(null);
      const folder = join(ground.dir, String(count), 'theirs');
      mkdirSync(folder);
      chownSync(folder, tenant.uid, tenant.gids[0] ?? 0);
      const victim = join(ground.dir, String(count), 'victim');
      writeFileSync(victim, 'secret');
      chmodSync(victim, 0o600);
      const swap = `
import os, stat, sys, time
path, victim = sys.argv[1:]
print('swapping', flush=True)
while True:
    try:
        if stat.S_ISSOCK(os.lstat(path).st_mode):
            os.unlink(path)
            os.symlink(victim, path)
            time.sleep(0.001)
        os.unlink(path)
    except OSError:
        pass
`;
      const path = join(folder, 'smtp.sock');
      const swapper = pythonAs(tenant, swap, path, victim);
      await once(swapper.stdout, 'data');
      const wide = { owner: tenant.name, mode: 0o666 };
      for (let i = 0; i < 500; i++) {
        const acl = i % 10 === 0 ? [`u:${tenant.name}:rw`] : [];
        const [socket] = await bindSockets([request(path, 'smtp', { ...wide, acl })], optionsFor(runDir));
        if (!(socket instanceof MpctlError)) await socket?.close();
      }
      swapper.kill('SIGKILL');
      await assert.rejects(swapper, { signal: 'SIGKILL' });
      const { mode, uid } = lstatSync(victim);
      assert.deepEqual([mode & 0o777, uid], [0o600, 0]);
      assert.equal((await execa('getfacl', ['--skip-base', '--absolute-names', victim])).stdout, '');
    });
  });
}
