import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantId } from '../base/ids.ts';
import { renderIssue } from '../base/issue.ts';
import { fleetOf, tenantOf } from './fleet-suite.ts';
import { facts, filesIo } from './memory-suite.ts';
import { readFleet } from './read-fleet.ts';

test('fills in everything for a tenant with nothing written', async () => {
  const access = { owner: null, group: null, mode: 0o660, acl: [] };
  const listener = (id: string) => {
    const binds = [{ kind: 'unix', path: `/run/mailpit/a/${id}.sock` }];
    const line = { tls: 'none', requireStarttls: false, xclient: false, proxyProtocol: false };
    return { id, protocol: id, binds, access, maxConnections: 0, backlog: 511, publicHost: '', ...line };
  };
  const unlimited = { connections: 0, messages: 0, recipients: 0, bytes: 0, requests: 0 };
  for (const body of ['', '{}', '# nothing', 'null', '~', '{ smtp: {} }']) {
    assert.deepEqual(await tenantOf(body), {
      id: 'a',
      label: '',
      user: null,
      suspended: false,
      listeners: [listener('smtp'), listener('http')],
      maxMessages: 500,
      maxAgeMs: 0,
      maxBytes: 0,
      maxMessageSizeBytes: 52_428_800,
      smtp: {
        maxRecipients: 100,
        auth: [],
        authFile: null,
        authAcceptAny: false,
        authMechanisms: ['LOGIN', 'PLAIN'],
        tlsCert: null,
        tlsKey: null,
        strictRfcHeaders: false,
        allowedRecipients: null,
        ignoreRejectedRecipients: false,
        disableRdns: false,
        maxBadCommands: 0,
        timeoutMs: 300_000,
        maxSessionMs: 0,
      },
      pop3: { auth: [], authFile: null, apop: false, tlsCert: null, tlsKey: null },
      ui: { auth: [], authFile: null },
      sendApi: { auth: [], authFile: null, authAcceptAny: false },
      limits: {
        connections: 500,
        httpConnections: 2000,
        webSockets: 1500,
        perMinute: unlimited,
        perSource: { connections: 0, perMinute: unlimited },
      },
      ignoreDuplicateIds: false,
      useMessageDates: false,
      enableChaos: false,
      chaosTriggers: '',
      tags: { filters: [], titleCase: false, username: false, disable: [] },
      apiCors: [],
      prometheus: false,
      disableHttpCompression: false,
      blockRemoteCssAndFonts: false,
      hideDeleteAllButton: false,
      demoMode: false,
      auth: null,
      hostnames: [],
      ownHost: '',
      webroot: '/',
      proxy: { certificate: null, key: null, include: null },
    });
  }
});

test('fills in the settings of the daemon', async () => {
  const { tenants, proxy, ...settings } = await fleetOf('tenants: {}');
  assert.equal(proxy.baseDomain, '');
  assert.equal(tenants.size, 0);
  assert.deepEqual(settings, {
    runDir: '/run/mailpit',
    dataDir: '/var/lib/mpctl',
    trashMs: 604_800_000,
    shards: 0,
    hostname: 'host.example',
    webGroup: 'www-data',
    control: { socketPath: '/run/mailpit/.control.sock', group: null },
    log: { level: 'info', format: 'json' },
    metrics: { listen: [] },
  });
});

test('refuses a text that has lost its tenants, and takes one that says that there are none', async () => {
  const issuesOf = async (text: string) => {
    const files = new Map([
      ['t.yaml', text],
      ['d/none.yaml', ''],
    ]);
    const { fleet, issues } = await readFleet({ file: '/t.yaml', io: filesIo('/', files), facts });
    assert.equal(fleet === null, issues.length > 0, text);
    return issues.map(renderIssue);
  };
  const none = 'write `tenants: {}` for none';
  for (const text of ['', '\n', '# tenants: {}\n', '---\n', '\uFEFF', '{}'])
    assert.deepEqual(await issuesOf(text), [`/t.yaml: has nothing in it (${none})`], text);
  for (const text of ['runDir: /x\n', '{ runDir: /x }', 'include: []\n'])
    assert.deepEqual(await issuesOf(text), [`/t.yaml: has neither "tenants" nor "include" (${none})`], text);
  for (const text of ['tenants:', 'tenants: {}', '{ tenants: {} }', 'tenants: null', 'include: d/*.yaml'])
    assert.deepEqual(await issuesOf(text), [], text);
});

test('starts relative paths at the folder of the file that they stand in', async () => {
  const fleet = await fleetOf(
    'runDir: run\ndataDir: ../data\ncontrol: { socket: ./c.sock }\ninclude: d/*.yaml\n',
    {
      'd/a.yaml': 'tenants:\n  a: { listeners: { smtp: { bind: "unix:s.sock" } }, envFile: e/a.env }\n',
      'd/e/a.env': 'MP_UI_BIND_ADDR=unix:h.sock:600\n',
    },
  );
  assert.equal(fleet.runDir, '/etc/mpctl/run');
  assert.equal(fleet.dataDir, '/etc/data');
  assert.equal(fleet.control.socketPath, '/etc/mpctl/c.sock');
  const paths = fleet.tenants.get('a' as TenantId)?.listeners.flatMap(({ binds }) => binds);
  assert.deepEqual(paths, [
    { kind: 'unix', path: '/etc/mpctl/d/s.sock' },
    { kind: 'unix', path: '/etc/mpctl/d/e/h.sock' },
  ]);
});

test('lets a tenant say otherwise about its users than the defaults do', async () => {
  const open = 'defaults: { auth: none }\n';
  const closed = 'defaults: { ui: { authFile: users }, sendApi: { authFile: ../senders } }\n';
  const guarded = async (text: string) => {
    const { auth, ui } = (await fleetOf(text)).tenants.get('a' as TenantId) ?? {};
    return [auth, ui?.authFile, ui?.auth];
  };
  assert.deepEqual(await guarded(`${open}tenants: { a: {} }\n`), ['none', null, []]);
  assert.deepEqual(await guarded(`${open}tenants: { a: { ui: { auth: "env:A" } } }\n`), [
    null,
    null,
    ['env:A'],
  ]);
  assert.deepEqual(await guarded(`${closed}tenants: { a: {} }\n`), [null, '/etc/mpctl/users', []]);
  assert.deepEqual(await guarded(`${closed}tenants: { a: { auth: none } }\n`), ['none', null, []]);
  const { sendApi } = (await fleetOf(`${closed}tenants: { a: {} }\n`)).tenants.get('a' as TenantId) ?? {};
  assert.equal(sendApi?.authFile, '/etc/senders');
});

test('lets flags win over the file', async () => {
  const files = new Map([['t.yaml', 'runDir: /a\ndataDir: /b\ntenants: {x: {}}\n']]);
  const flags = { ...facts, runDir: '/flag', dataDir: '/flagged' };
  const { fleet } = await readFleet({ file: '/t.yaml', io: filesIo('/', files), facts: flags });
  assert.equal(fleet?.runDir, '/flag');
  assert.equal(fleet?.dataDir, '/flagged');
  assert.equal(fleet?.control.socketPath, '/flag/.control.sock');
  assert.deepEqual(fleet?.tenants.get('x' as TenantId)?.listeners[0]?.binds, [
    { kind: 'unix', path: '/flag/x/smtp.sock' },
  ]);
});

test('merges listeners key by key', async () => {
  const fleet = await fleetOf(
    [
      'defaults:',
      '  listeners:',
      '    smtp: { mode: 600, maxConnections: 5 }',
      '    intern: { protocol: smtp }',
      'tenants:',
      '  a: { user: bob, listeners: { smtp: { maxConnections: 9 }, intern: { owner: ann } } }',
    ].join('\n'),
  );
  const [smtp, http, intern] = fleet.tenants.get('a' as TenantId)?.listeners ?? [];
  assert.equal(smtp?.access.mode, 0o600);
  assert.equal(smtp?.access.owner, 'bob');
  assert.equal(smtp?.maxConnections, 9);
  assert.equal(http?.access.owner, null);
  assert.equal(intern?.access.owner, 'ann');
  assert.deepEqual(intern?.binds, [{ kind: 'unix', path: '/run/mailpit/a/intern.sock' }]);
});

test('freezes all of it', async () => {
  const fleet = await fleetOf('tenants: { a: { label: A } }');
  const tenant = fleet.tenants.get('a' as TenantId);
  for (const each of [
    fleet,
    fleet.log,
    tenant,
    tenant?.listeners,
    tenant?.listeners[0]?.binds[0],
    tenant?.smtp,
  ])
    assert.ok(Object.isFrozen(each));
});

test('refuses a number of processes that can only be a mistake, and a file that includes itself', async () => {
  const issuesOf = async (text: string) => {
    const files = new Map([['t.yaml', text]]);
    const { issues } = await readFleet({ file: '/t.yaml', io: filesIo('/', files), facts });
    return issues.map(renderIssue);
  };
  assert.deepEqual(await issuesOf('shards: 1024\ntenants: {}\n'), []);
  assert.deepEqual(await issuesOf('shards: 100000\ntenants: {}\n'), [
    '/t.yaml:1:9: shards: must be a whole number, 0 to 1024, not "100000"',
  ]);
  assert.deepEqual(await issuesOf('include: t.yaml\ntenants: {}\n'), [
    '/t.yaml:1:10: include[0]: /t.yaml is this file itself',
  ]);
});
