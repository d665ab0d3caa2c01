import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantId } from '../base/ids.ts';
import { renderIssue } from '../base/issue.ts';
import { facts, filesIo } from './memory-suite.ts';
import { readFleet } from './read-fleet.ts';
import type { FleetSpec, TenantSpec } from './tenant-spec.ts';

async function fleetOf(text: string, more: Record<string, string> = {}): Promise<FleetSpec> {
  const files = new Map([['tenants.yaml', text], ...Object.entries(more)]);
  const { fleet, issues } = await readFleet({
    file: '/etc/mpctl/tenants.yaml',
    io: filesIo('/etc/mpctl', files),
    facts,
  });
  assert.deepEqual(issues.map(renderIssue), []);
  assert.ok(fleet);
  return fleet;
}

const tenantOf = async (body: string, more: Record<string, string> = {}): Promise<TenantSpec> => {
  const fleet = await fleetOf(`tenants:\n  a: ${body.replaceAll('\n', '\n    ')}\n`, more);
  const tenant = fleet.tenants.get('a' as TenantId);
  assert.ok(tenant);
  return tenant;
};

test('fills in everything for a tenant with nothing written', async () => {
  const access = { owner: null, group: null, mode: 0o660, acl: [] };
  const listener = (id: string) => {
    const binds = [{ kind: 'unix', path: `/run/mailpit/a/${id}.sock` }];
    const line = { tls: 'none', requireStarttls: false, xclient: false, proxyProtocol: false };
    return { id, protocol: id, binds, access, maxConnections: 0, backlog: 511, publicHost: '', ...line };
  };
  const unlimited = { connections: 0, messages: 0, recipients: 0, bytes: 0 };
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

test('takes a key from the nearest of six places', async () => {
  const layers = ['maxMessages: 1', 'mailpit: { MP_MAX_MESSAGES: 2 }', 'envFile: a.env'];
  const more = { 'a.env': 'MP_MAX_MESSAGES=3', 'd.env': 'MP_MAX_MESSAGES=6' };
  const defaults = ['maxMessages: 4', 'mailpit: { MP_MAX_MESSAGES: 5 }', 'envFile: d.env'];
  const places = [...defaults.map(line => ['defaults', line]), ...layers.map(line => ['a', line])];
  const order = ['a', 'defaults'].flatMap(where => places.filter(([at]) => at === where));
  for (let skip = 0; skip <= order.length; skip++) {
    const lines = (where: string) => order.slice(skip).flatMap(([at, line]) => (at === where ? [line] : []));
    const text = `defaults: { ${lines('defaults').join(', ')} }\ntenants:\n  a: { ${lines('a').join(', ')} }\n`;
    const fleet = await fleetOf(text, more);
    assert.equal(fleet.tenants.get('a' as TenantId)?.maxMessages, skip < 6 ? skip + 1 : 500, text);
  }
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

test('reads a mode as it is written', async () => {
  for (const mode of ['640', '0640', '"0640"', "'640'", '0o640']) {
    const tenant = await tenantOf(`{ listeners: { http: { mode: ${mode} } } }`);
    assert.equal(tenant.listeners[1]?.access.mode, 0o640, mode);
  }
  const tenant = await tenantOf(
    '{ listeners: { http: { mode: 640, bind: ["unix:/h.sock:600", ":8025"] } } }',
  );
  assert.equal(tenant.listeners[1]?.access.mode, 0o600);
});

test('reads names as they are written', async () => {
  const names = ['1e3', '0x10', '123', 'null', 'true', 'no', '2024-01-01'];
  const fleet = await fleetOf(`tenants:\n${names.map(name => `  ${name}: {}\n`).join('')}`);
  assert.deepEqual([...fleet.tenants.keys()], names);
});

test('reads any style of YAML', async () => {
  const blocks = 'tenants:\n  a:\n    maxMessages: 7\n  b:\n';
  const styles = [
    blocks,
    blocks.replaceAll('\n', '\r\n'),
    `\uFEFF${blocks}`,
    `---\n${blocks}`,
    `# head\n\n---\n${blocks}...\n`,
    blocks.trimEnd(),
    '{ "tenants": { "a": { "maxMessages": 7 }, "b": null } }',
    'tenants: { a: { maxMessages: 7 }, b }',
    'tenants: {\n  a: {\n    maxMessages: 7 },\n  b: }\n',
    'x: &seven 7\n',
    'tenants:\n  "a": &a\n    maxMessages: 7\n  b: {}\n',
    '? tenants\n: ? a\n  : maxMessages: 7\n  ? b\n',
    'tenants:\n    a: {"maxMessages": "7"}   # c\n    b:\n\n    # end\n',
  ];
  for (const text of styles.filter(style => !style.startsWith('x:'))) {
    const fleet = await fleetOf(text);
    assert.deepEqual(
      [...fleet.tenants.values()].map(({ id, maxMessages }) => [id, maxMessages]),
      [
        ['a', 7],
        ['b', 500],
      ],
      text,
    );
  }
});

test('knows aliases', async () => {
  const fleet = await fleetOf('tenants:\n  a: &a { maxMessages: 7 }\n  b: *a\n');
  assert.equal(fleet.tenants.get('b' as TenantId)?.maxMessages, 7);
});

test('survives aliases that stand for more than fits in memory', async () => {
  const bomb = Array.from(
    { length: 40 },
    (_, i) => `  b${i}: &b${i} [${`*b${i - 1}, `.repeat(i > 0 ? 10 : 0)}x]`,
  );
  const files = new Map([['t.yaml', `tenants:\n${bomb.join('\n')}\n`]]);
  const { issues } = await readFleet({ file: '/t.yaml', io: filesIo('/', files), facts });
  assert.equal(issues.length, 40);
});

test('reads Mailpit names with their own units', async () => {
  const settings = [
    'MP_MAX_MESSAGES: -1',
    'MP_MAX_MESSAGE_SIZE: 5',
    'MP_MAX_AGE: 24h',
    'MP_LABEL: "  two   words "',
    'MP_SMTP_MAX_RECIPIENTS: 3',
    'MP_SMTP_BIND_ADDR: "[::]:1025"',
    'MP_UI_BIND_ADDR: ""',
  ];
  const tenant = await tenantOf(`\n  mailpit:\n    ${settings.join('\n    ')}`);
  assert.equal(tenant.maxMessages, 0);
  assert.equal(tenant.maxMessageSizeBytes, 5 * 1024 ** 2);
  assert.equal(tenant.maxAgeMs, 86_400_000);
  assert.equal(tenant.label, 'two words');
  assert.equal(tenant.smtp.maxRecipients, 3);
  assert.deepEqual(tenant.listeners[0]?.binds, [{ kind: 'tcp', host: '::', port: 1025 }]);
  assert.equal(tenant.listeners[1]?.binds[0]?.kind, 'unix');
});

test('reads environment files', async () => {
  const env =
    '# comment\n\nTZ=UTC\nexport MP_LABEL="Our  inbox"\r\nMP_MAX_AGE=1d\nMP_MAX_AGE=2d\nMP_UI_BIND_ADDR=\n';
  const tenant = await tenantOf('{ envFile: a.env }', { 'a.env': env });
  assert.equal(tenant.label, 'Our inbox');
  assert.equal(tenant.maxAgeMs, 2 * 86_400_000);
});

test('is not taken in by names that every object has', async () => {
  const pathsOf = async (text: string) => {
    const { issues } = await readFleet({
      file: '/t.yaml',
      io: filesIo('/', new Map([['t.yaml', text]])),
      facts,
    });
    return issues.map(({ path }) => path);
  };
  const text = [
    'constructor: 1',
    'tenants:',
    '  a: { suspended: constructor, toString: 1 }',
    '  b: { mailpit: { constructor: 1, MP_CONSTRUCTOR: 1 } }',
    '  c: { log: valueOf, listeners: { constructor: { protocol: smtp } } }',
    '  toString: {}',
  ].join('\n');
  assert.deepEqual((await pathsOf(text)).sort(), [
    'constructor',
    'tenants.a.suspended',
    'tenants.a.toString',
    'tenants.b.mailpit.MP_CONSTRUCTOR',
    'tenants.b.mailpit.constructor',
    'tenants.c.log',
    'tenants.toString',
  ]);
  for (const at of [
    '__proto__: 1',
    'tenants: { a: { mailpit: { __proto__: {} } } }',
    'tenants: { __proto__: {} }',
  ]) {
    assert.equal((await pathsOf(at)).length, 1, at);
  }
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

test('takes tags from a file again when it changes, and no other tenant with it', async () => {
  const files = new Map([
    ['t.yaml', 'tenants:\n  a: { tags: { config: tags.yaml }, tag: "x=Y" }\n  b: {}\n'],
    ['tags.yaml', 'filters: [{ match: Paid, tags: "p, q" }]'],
  ]);
  const request = { file: '/etc/mpctl/t.yaml', io: filesIo('/etc/mpctl', files), facts };
  const before = await readFleet(request);
  const filtersOf = ({ fleet }: typeof before) => fleet?.tenants.get('a' as TenantId)?.tags.filters;
  assert.deepEqual(filtersOf(before), [
    { match: 'y', tags: ['x'] },
    { match: 'Paid', tags: ['p', 'q'] },
  ]);
  files.set('tags.yaml', 'filters: []');
  const after = await readFleet({ ...request, previous: before });
  assert.deepEqual(filtersOf(after), [{ match: 'y', tags: ['x'] }]);
  const b = 'b' as TenantId;
  assert.equal(after.fleet?.tenants.get(b), before.fleet?.tenants.get(b));
  const again = await readFleet({ ...request, previous: after });
  assert.equal(again.fleet?.tenants.get('a' as TenantId), after.fleet?.tenants.get('a' as TenantId));
});

test('takes tags for everybody from the file that the defaults name', async () => {
  const text =
    'defaults: { tags: { config: tags.yaml } }\ntenants:\n  a: { tags: { titleCase: true } }\n  b:\n';
  const files = new Map([
    ['t.yaml', text],
    ['tags.yaml', 'filters: [{ match: m, tags: t }]'],
  ]);
  const request = { file: '/etc/mpctl/t.yaml', io: filesIo('/etc/mpctl', files), facts };
  const before = await readFleet(request);
  files.set('tags.yaml', 'filters: [{ match: n, tags: t }]');
  const { fleet } = await readFleet({ ...request, previous: before });
  const filters = [...(fleet?.tenants.values() ?? [])].map(({ tags }) => tags.filters);
  assert.deepEqual(filters, [[{ match: 'n', tags: ['t'] }], [{ match: 'n', tags: ['t'] }]]);
});
