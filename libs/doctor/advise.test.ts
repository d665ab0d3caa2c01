import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fleetForTest, tenantForTest } from '../reconcile/fleet-for-tests.ts';
import type { SocketAccess } from '../spec/tenant-spec.ts';
import { adviseMount, adviseStop } from './advise.ts';
import { type FileLook, findStop } from './find-stop.ts';
import type { Person } from './person.ts';
import type { Visit, Visitor, World } from './visit.ts';

const users = { root: 0, mpctl: 10, web: 33, bob: 50 };
const groups = { root: 0, mpctl: 10, web: 33, team: 40 };
const nameOf = (ids: Record<string, number>, id: number) =>
  Object.entries(ids).find(([, each]) => each === id)?.[0] ?? String(id);
const person = (name: keyof typeof users, ...gids: number[]): Person => ({ name, uid: users[name], gids });
const web = person('web', 33);

function world(daemon: Person, account = daemon, webGroup = 'web'): World {
  return {
    fleet: fleetForTest([], { runDir: '/run/m', webGroup }),
    names: {
      user: uid => nameOf(users, uid),
      group: gid => nameOf(groups, gid),
      groupId: name => (groups as Record<string, number>)[name] ?? null,
    },
    daemon: { pid: 7, unit: 'mpctl.service', person: daemon, account, stateOf: () => ({ error: '' }) },
    hasSetfacl: false,
  };
}

function visit(visitor: Person, role: Visitor['role'], access: Partial<SocketAccess> = {}): Visit {
  const [listener] = tenantForTest('a').listeners;
  assert.ok(listener);
  const own = { ...listener, id: 'http', access: { ...listener.access, ...access } };
  const comes = { person: visitor, account: visitor, role, process: null };
  return {
    visitor: comes,
    path: '/run/m/a/http.sock',
    owner: { tenant: tenantForTest('a').id, listener: own },
  };
}

const socket = (more: Partial<FileLook> = {}): FileLook => {
  return { path: '/run/m/a/http.sock', kind: 'socket', uid: 10, gid: 10, mode: 0o660, acl: null, ...more };
};
const command = (look: FileLook, who: Visit, where: World) => {
  const stop = findStop(who.visitor.person, [look]);
  assert.ok(stop, 'it is no way in');
  return adviseStop(stop, who, where).command;
};

test('the web server comes in by the group, and whoever does not know of it is told', () => {
  const daemon = person('mpctl', 10);
  const member = person('mpctl', 10, 33);
  const asked = visit(web, 'web server');
  assert.equal(
    command(socket(), asked, world(daemon)),
    'usermod -aG web mpctl && systemctl restart mpctl.service',
  );
  assert.equal(command(socket(), asked, world(daemon, member)), 'systemctl restart mpctl.service');
  assert.equal(command(socket(), asked, world(member)), 'chgrp web /run/m/a/http.sock');
  assert.equal(
    command(socket({ gid: 40 }), asked, world(daemon, daemon, 'team')),
    'usermod -aG team web && nginx -s reload',
  );
});

test('what the tenants file says is mended there, what somebody did by hand at the socket', () => {
  const root = world(person('root', 0));
  const bob = person('bob', 50);
  const narrow = visit(web, 'web server', { mode: 0o600 });
  assert.equal(
    command(socket({ gid: 33, mode: 0o600 }), narrow, root),
    'mpctl tenant set a listeners.http.mode=660',
  );
  assert.equal(
    command(socket({ gid: 33, mode: 0o640 }), visit(web, 'web server'), root),
    'chmod 660 /run/m/a/http.sock',
  );
  assert.equal(
    command(socket(), visit(bob, 'tenant', { owner: 'bob' }), root),
    'chown bob /run/m/a/http.sock',
  );
  assert.equal(
    command(socket(), visit(bob, 'asked', { acl: ['g:team:rw'] }), root),
    `mpctl tenant set a 'listeners.http.acl=["g:team:rw","u:bob:rw"]'`,
  );
});

test('a folder is opened for as few as it can be', () => {
  const root = world(person('root', 0));
  const folder = (path: string, more: Partial<FileLook> = {}) =>
    socket({ path, kind: 'folder', uid: 0, gid: 0, mode: 0o700, ...more });
  const asked = visit(web, 'web server');
  assert.equal(command(folder('/run/m'), asked, root), 'chmod 711 /run/m');
  assert.equal(command(folder('/run/m/a'), asked, root), 'chmod 711 /run/m/a');
  assert.equal(command(folder('/srv/x y'), asked, root), "chmod o+x '/srv/x y'");
  assert.equal(command(folder('/srv', { gid: 33 }), asked, root), 'chmod g+x /srv');
  assert.equal(command(folder('/srv', { uid: 33, mode: 0o600 }), asked, root), 'chmod u+x /srv');
  assert.equal(command(folder('/srv'), asked, { ...root, hasSetfacl: true }), 'setfacl -m u:web:x /srv');
});

test('another /tmp is given back, another mount is only named', () => {
  const process = { pid: 5, uid: 33, gids: [33], unit: 'apache2.service' };
  const visitor: Visitor = { person: web, account: web, role: 'web server', process };
  const root = world(person('root', 0));
  assert.match(
    adviseMount(visitor, '/tmp', root).command,
    /apache2\.service\.d\/mpctl\.conf.*restart apache2/,
  );
  assert.equal(adviseMount(visitor, '/home', root).command, '');
});
