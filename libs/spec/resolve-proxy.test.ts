import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderIssue } from '../base/issue.ts';
import { facts, filesIo } from './memory-suite.ts';
import { readFleet } from './read-fleet.ts';

function read(text: string) {
  return readFleet({
    file: '/etc/mpctl/t.yaml',
    io: filesIo(
      '/etc/mpctl',
      new Map([['t.yaml', `${text}\n${/^tenants:/m.test(text) ? '' : 'tenants: {}\n'}`]]),
    ),
    facts,
  });
}

async function proxyOf(...lines: string[]) {
  const { fleet, issues } = await read(['proxy:', 'baseDomain: Mail.Example.com', ...lines].join('\n  '));
  assert.deepEqual(issues, []);
  assert.ok(fleet);
  return fleet.proxy;
}

const everywhere = (port: number) => ['0.0.0.0', '::'].map(host => ({ kind: 'tcp', host, port }));

test('of a base domain alone follows all the rest', async () => {
  assert.deepEqual(await proxyOf(), {
    baseDomain: 'mail.example.com',
    server: 'nginx',
    mode: 'wildcard',
    listen: everywhere(80),
    tls: { certificate: null, key: null, listen: [] },
    outputDir: '/etc/nginx/mpctl',
    checkCommand: ['nginx', '-t'],
    reloadCommand: ['nginx', '-s', 'reload'],
    probeUrl: 'http://127.0.0.1:80/',
    apply: 'auto',
    defaultServer: false,
    acmeRoot: null,
    include: [],
    templatesDir: null,
  });
});

test('Apache has its own folder and commands', async () => {
  const proxy = await proxyOf('server: apache');
  assert.equal(proxy.outputDir, '/etc/apache2/mpctl');
  assert.deepEqual(
    [proxy.checkCommand, proxy.reloadCommand],
    [
      ['apachectl', 'configtest'],
      ['apachectl', 'graceful'],
    ],
  );
});

test('a certificate listens on 443; paths start at the file', async () => {
  const { tls } = await proxyOf('tls: { certificate: c.pem, key: /k.pem }');
  assert.deepEqual(tls, { certificate: '/etc/mpctl/c.pem', key: '/k.pem', listen: everywhere(443) });
});

test('the probe asks the first address from this machine', async () => {
  const probe = async (listen: string) => (await proxyOf(`listen: ${listen}`)).probeUrl;
  assert.equal(await probe('8080'), 'http://127.0.0.1:8080/');
  assert.equal(await probe('"[::]:81"'), 'http://[::1]:81/');
  assert.equal(await probe('["10.0.0.1:80", "80"]'), 'http://10.0.0.1:80/');
  const tls = 'tls: { certificate: /c, key: /k, listen: "8443" }';
  assert.equal((await proxyOf('listen: []', tls)).probeUrl, 'https://127.0.0.1:8443/');
});

test('a command in one line is split', async () => {
  assert.deepEqual((await proxyOf('reloadCommand: systemctl reload nginx')).reloadCommand, [
    'systemctl',
    'reload',
    'nginx',
  ]);
});

test('tenants know their host below the base domain', async () => {
  const { fleet } = await read(
    'proxy: {baseDomain: x.example}\ntenants: {a: {hostnames: A.Example, webroot: box}}',
  );
  const [tenant] = fleet?.tenants.values() ?? [];
  assert.deepEqual(
    [tenant?.ownHost, tenant?.hostnames, tenant?.webroot],
    ['a.x.example', ['a.example'], '/box/'],
  );
});

test('what is wrong is told with its place', async () => {
  const { issues } = await read(`proxy:
  mode: wildcards
  listen: ["80x"]
  probeUrl: nginx
tenants:
  a: { hostnames: ["-a.example", "a b"], auth: "no", webroot: "/?" }
`);
  assert.deepEqual(
    issues.map(renderIssue).map(line => line.replace('/etc/mpctl/', '')),
    [
      't.yaml:1:1: proxy: must say the domain of the tenants: baseDomain',
      't.yaml:2:9: proxy.mode: must be wildcard, map or vhost, not "wildcards"',
      't.yaml:3:12: proxy.listen[0]: must be a port, <IPv4 address>:<port>, [<IPv6 address>]:<port>, or [::]:<port> for every IPv6 address, not "80x"',
      't.yaml:4:13: proxy.probeUrl: must be an address such as http://127.0.0.1:80/, not "nginx"',
      't.yaml:6:20: tenants.a.hostnames[0]: must be a host name such as mail.example.com; with other letters in its xn-- form, not "-a.example"',
      't.yaml:6:34: tenants.a.hostnames[1]: must be a host name such as mail.example.com; with other letters in its xn-- form, not "a b"',
      't.yaml:6:48: tenants.a.auth: must be none, not "no"',
      't.yaml:6:63: tenants.a.webroot: must be a path of letters, digits and / - _ . @, not "/?"',
    ],
  );
});
