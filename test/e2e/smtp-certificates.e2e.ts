/** Which certificate is shown, in every kind of handshake, and what is said of those that cannot be. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect as connectTls, type SecureVersion } from 'node:tls';
import type { Issue } from '../../libs/base/issue.ts';
import { makeCertificate } from '../../libs/slow-work/make-certificate.ts';
import type { TenantDetail } from '../../libs/wire/control-http.ts';
import { Fleet } from '../harness/fleet.ts';
import { freePorts } from '../harness/free-port.ts';

const pairOf = (name: string) => makeCertificate({ names: [name], nowMs: Date.now() });
const pairs = { alpha: pairOf('alpha.test'), beta: pairOf('beta.test') };
const names = ['alpha', 'beta'] as const;
const protocols = ['smtp', 'pop3'] as const;
const modes = ['implicit', 'starttls'] as const;

let fleet: Fleet;
let ports: number[];

before(async () => {
  ports = await freePorts(names.length * protocols.length * modes.length);
  fleet = new Fleet('tenants: {}\n');
  const tenants = names.map(name => {
    write(name, pairs[name]);
    const tls = `tlsCert: "${fileOf(name, 'crt')}", tlsKey: "${fileOf(name, 'key')}"`;
    const listeners = protocols.flatMap(protocol =>
      modes.map(mode => {
        const [path, port] = placesOf(name, protocol, mode);
        const bind = `["unix:${path}:600", "127.0.0.1:${port}"]`;
        return `      ${protocol}-${mode}: { protocol: ${protocol}, tls: ${mode}, bind: ${bind} }\n`;
      }),
    );
    const groups = `    smtp: { ${tls} }\n    pop3: { ${tls}, auth: "env:USERS" }\n    listeners:\n`;
    return `  ${name}:\n${groups}${listeners.join('')}`;
  });
  writeFileSync(
    fleet.configPath,
    `tenants:\n${tenants.join('')}  gamma: { smtp: { tlsCert: "sans:gamma.test", tlsKey: "sans:gamma.test" } }\n`,
  );
  await fleet.serve({ USERS: 'bob:right' });
});
after(async () => {
  await fleet[Symbol.asyncDispose]();
});

const fileOf = (name: string, kind: 'crt' | 'key') => join(fleet.dir, `${name}.${kind}`);

function write(name: string, { certificate, key }: ReturnType<typeof pairOf>): void {
  writeFileSync(fileOf(name, 'crt'), certificate);
  writeFileSync(fileOf(name, 'key'), key);
}

function placesOf(
  name: (typeof names)[number],
  protocol: (typeof protocols)[number],
  mode: (typeof modes)[number],
): [string, number] {
  const at = (names.indexOf(name) * 2 + protocols.indexOf(protocol)) * 2 + modes.indexOf(mode);
  return [join(fleet.dir, `${name}-${protocol}-${mode}`), ports[at] ?? 0];
}

type Handshake = {
  readonly place: string | number;
  readonly protocol: (typeof protocols)[number];
  readonly mode: (typeof modes)[number];
  readonly servername?: string;
  readonly version?: SecureVersion;
};

const requests = { smtp: ['STARTTLS', /^220 .*\r\n$/], pop3: ['STLS', /^\+OK .*\r\n$/] } as const;

/** The certificate that is shown. */
async function shown({ place, protocol, mode, servername = '', version = 'TLSv1.3' }: Handshake) {
  const socket = typeof place === 'string' ? connect(place) : connect(place, '127.0.0.1');
  try {
    if (mode === 'starttls') {
      await answer(socket);
      const [word, expected] = requests[protocol];
      socket.write(`${word}\r\n`);
      assert.match(await answer(socket), expected);
    }
    const versions = { minVersion: version, maxVersion: version };
    const secure = connectTls({ socket, servername, rejectUnauthorized: false, ...versions });
    await new Promise((done, fail) => secure.once('secureConnect', done).once('error', fail));
    assert.equal(secure.getProtocol(), version);
    const certificate = secure.getPeerX509Certificate();
    assert.ok(certificate);
    return certificate;
  } finally {
    socket.destroy();
  }
}

const answer = (socket: Socket) =>
  new Promise<string>((done, fail) => socket.once('data', data => done(String(data))).once('error', fail));

test("every handshake shows the tenant's own certificate", async () => {
  let handshakes = 0;
  for (const name of names) {
    const expected = new X509Certificate(pairs[name].certificate).fingerprint256;
    for (const protocol of protocols)
      for (const mode of modes)
        for (const place of placesOf(name, protocol, mode))
          for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
            for (const servername of ['', 'alpha.test', 'somebody.else.test']) {
              const { fingerprint256 } = await shown({ place, protocol, mode, servername, version });
              assert.equal(
                fingerprint256,
                expected,
                [name, protocol, mode, place, version, servername].join(),
              );
              handshakes++;
            }
  }
  assert.equal(handshakes, 96);
});

test('a made certificate is ours and carries the name that is asked for', async () => {
  const place = fleet.socketPath('gamma', 'smtp');
  const { subject, subjectAltName } = await shown({ place, protocol: 'smtp', mode: 'starttls' });
  assert.equal(subject, 'CN=gamma.test\nO=mpctl self-signed certificate');
  assert.equal(subjectAltName, 'DNS:gamma.test');
});

test('TLS before 1.2 is refused', async () => {
  const [place] = placesOf('alpha', 'smtp', 'implicit');
  await assert.rejects(shown({ place, protocol: 'smtp', mode: 'implicit', version: 'TLSv1.1' }));
});

test('a new pair is shown; a broken one is not, and the tenant and the log say so', async () => {
  const [place] = placesOf('beta', 'smtp', 'implicit');
  const commonName = async () => (await shown({ place, protocol: 'smtp', mode: 'implicit' })).subject;
  const until = async (isSo: () => Promise<boolean>) => {
    while (!(await isSo())) await new Promise(done => setTimeout(done, 100));
  };
  const errorOf = async () => (await fleet.ask<TenantDetail>('tenant', 'show', 'beta')).error;

  write('beta', pairOf('new.test'));
  await until(async () => (await commonName()).includes('new.test'));
  assert.equal(await errorOf(), '');

  writeFileSync(fileOf('beta', 'key'), pairOf('other.test').key);
  await until(async () => (await errorOf()) !== '');
  assert.match(await errorOf(), /cannot use the certificate .*beta\.crt with the key .*beta\.key: /);
  assert.match(await commonName(), /new\.test/);
  assert.match(fleet.log, /certificate unusable, the one before stays/);
  const told = '1 tenant with a certificate that cannot be used: beta';
  assert.ok((await fleet.run(['status'])).stdout.split('\n').includes(told));

  write('beta', pairOf('mended.test'));
  await until(async () => (await commonName()).includes('mended.test'));
  assert.equal(await errorOf(), '');
  assert.doesNotMatch((await fleet.run(['status'])).stdout, /certificate/);
});

test('check looks into certificates, keys and password files', async () => {
  const issuesOf = async (alpha: string) => {
    await using still = new Fleet(`tenants:\n  alpha: ${alpha}\n`);
    const { issues } = await still.ask<{ issues: Issue[] }>('check');
    return issues.map(
      ({ severity, path, file, line, message }) => `${severity} ${path} ${file}:${line} ${message}`,
    );
  };
  const [crt, key] = [fileOf('alpha', 'crt'), fileOf('alpha', 'key')];
  const tls = (certificate: string, keyFile: string) =>
    `{ smtp: { tlsCert: "${certificate}", tlsKey: "${keyFile}" } }`;
  const users = join(fleet.dir, 'users');
  const withUsers = (text: string, more = '', mode = 0o640) => {
    writeFileSync(users, text);
    chmodSync(users, mode);
    return issuesOf(`{ smtp: { authFile: "${users}", authAllowInsecure: true ${more} } }`);
  };

  assert.deepEqual(await issuesOf(tls(crt, key)), []);
  assert.deepEqual(await issuesOf(tls('sans:a.test', 'sans:a.test')), []);
  const rows: [found: readonly string[], expected: RegExp][] = [
    [
      await issuesOf(tls(crt, join(fleet.dir, 'none'))),
      /^error tenants\.alpha\.smtp\.tlsKey .*none is not there$/,
    ],
    [await issuesOf(tls(crt, crt)), /^error .*tlsKey .*alpha\.crt holds no private key in PEM$/],
    [
      await issuesOf(tls(crt, fileOf('beta', 'key'))),
      /^error .*tlsKey .*is not the key of that certificate$/,
    ],
    [
      await withUsers('bob:x\nplain-item'),
      /^warning tenants\.alpha\.smtp\.authFile .*users:2 an item without ":"/,
    ],
    [await withUsers('bob:x', '', 0o644), /^warning .*authFile .*users may be read by everybody$/],
    [await withUsers(''), /^warning .*users is empty: no login is asked for$/],
    [
      await withUsers('bob:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=', ', authMechanisms: [CRAM-MD5]'),
      /^error .*users has hashes, of bob for one: CRAM-MD5 needs passwords in plain$/,
    ],
  ];
  for (const [found, expected] of rows) {
    assert.equal(found.length, 1, found.join('\n'));
    assert.match(found[0] ?? '', expected);
  }
  assert.equal((await withUsers('nobody')).length, 2);
});
