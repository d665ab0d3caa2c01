import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderIssue } from '../base/issue.ts';
import { accessAsks, machineIssue, pointlessAccess, samePathIssues } from './machine-asks.ts';
import { facts, filesIo } from './memory-suite.ts';
import { readFleet } from './read-fleet.ts';

const text = `tenants:
  plain: {}
  tcp: { listeners: { smtp: { bind: ":2525", group: web } } }
  owned: { user: bob }
  shared:
    listeners:
      http: { group: nobodys, acl: ["g:web:rw"], bind: "unix:/link/h.sock" }
  other:
    listeners:
      http: { bind: "unix:/real/h.sock" }
`;
const reading = await readFleet({ file: '/t.yaml', io: filesIo('/', new Map([['t.yaml', text]])), facts });

test('asks about what is written', () => {
  assert.deepEqual(
    accessAsks(reading).map(({ tenant, path }) => [tenant, path.join('.')]),
    [
      ['owned', 'user'],
      ['shared', 'listeners.http.group'],
      ['shared', 'listeners.http.acl.0'],
    ],
  );
});

test('gives an answer its place', async () => {
  const [owned, shared] = accessAsks(reading);
  assert.ok(owned && shared);
  const answer = { code: 'SOCKET_USER_UNKNOWN', message: 'there is no user bob', hint: 'add it' };
  const issue = await machineIssue(reading, owned, answer);
  assert.equal(issue.code, 'SOCKET_USER_UNKNOWN');
  assert.equal(renderIssue(issue), '/t.yaml:4:18: tenants.owned.user: there is no user bob (add it)');
  assert.equal((await machineIssue(reading, shared, answer)).line, 7);
  assert.equal((await machineIssue(reading, shared, answer)).column, 22);
});

test('finds sockets that are one behind a symlink', async () => {
  const issues = await samePathIssues(reading, path => path.replace('/link/', '/real/'));
  assert.deepEqual(issues.map(renderIssue), [
    '/t.yaml:10:21: tenants.other.listeners.http.bind[0]: unix:/real/h.sock is taken by the listener http of shared',
  ]);
});

test('a key about unix sockets has no meaning at a listener that has none', async () => {
  assert.deepEqual((await pointlessAccess(reading)).map(renderIssue), [
    '/t.yaml:3:53: tenants.tcp.listeners.smtp.group: warning: has no meaning here: the listener smtp has no unix socket',
  ]);
});
