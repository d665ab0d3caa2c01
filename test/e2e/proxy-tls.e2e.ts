/** Certificates: where plain HTTP goes, which versions are spoken, whose certificate is shown, http-01. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect, type SecureVersion, type TLSSocket } from 'node:tls';
import { baseDomain, makeCertificate, openServedWorld, type ServedWorld } from '../harness/proxy-world.ts';
import { fetchRaw } from '../harness/raw-http.ts';

for (const server of ['nginx', 'apache'] as const) {
  for (const mode of ['wildcard', 'map', 'vhost'] as const) {
    describe(`${server} ${mode}`, () => {
      let world: ServedWorld;
      before(async () => {
        world = await openServedWorld({
          server,
          tls: true,
          spec: dir => ({ mode, acmeRoot: join(dir, 'acme') }),
          tenants: [{ name: 'project-a', hostnames: ['mail.shop.example'] }],
        });
        await mkdir(join(world.dir, 'acme/.well-known/acme-challenge'), { recursive: true });
        await writeFile(join(world.dir, 'acme/.well-known/acme-challenge/token'), 'proof');
      });
      after(() => world[Symbol.asyncDispose]());

      const hosts = [`project-a.${baseDomain}`, ...(mode === 'wildcard' ? [] : ['mail.shop.example'])];

      test('plain HTTP is sent to https with path and query as they were', async () => {
        for (const host of hosts) {
          const path = '/a%2Fb//c?d=%20&e';
          const reply = await fetchRaw({ port: world.web.port, path, headers: { host } });
          assert.equal(reply.status, 308);
          assert.equal(reply.headers.location, `https://${host}:${world.web.tlsPort}${path}`);
        }
        assert.equal(world.stubs.get('project-a')?.seen.length, 0);
      });

      test('https reaches the tenant, who is told so', async () => {
        for (const host of hosts) {
          const reply = await fetchRaw({
            tls: true,
            port: world.web.tlsPort,
            servername: host,
            headers: { host },
          });
          assert.equal(`${reply.status} ${reply.body}`, '200 project-a');
        }
        assert.equal(world.stubs.get('project-a')?.seen.at(-1)?.headers['x-forwarded-proto'], 'https');
      });

      test('a host that nobody has gets 404 over https too', async () => {
        for (const host of ['nobody.example', `a.b.${baseDomain}`]) {
          const reply = await fetchRaw({
            tls: true,
            port: world.web.tlsPort,
            servername: host,
            headers: { host },
          });
          assert.equal(reply.status, 404, host);
        }
      });

      test('the probe answers on both', async () => {
        const host = `mpctl-probe.${baseDomain}`;
        for (const tls of [false, true]) {
          const port = tls ? world.web.tlsPort : world.web.port;
          const reply = await fetchRaw({ tls, port, servername: host, headers: { host } });
          assert.equal(reply.headers['x-mpctl-config'], world.rendered.hash);
        }
      });

      test('TLS 1.2 and 1.3, nothing older', async () => {
        assert.equal(await speak(world.web.tlsPort, 'TLSv1.3'), 'TLSv1.3');
        assert.equal(await speak(world.web.tlsPort, 'TLSv1.2'), 'TLSv1.2');
        await assert.rejects(speak(world.web.tlsPort, 'TLSv1.1'));
      });

      test('http-01 is answered without a redirect, and nothing else of that folder', async () => {
        for (const host of hosts) {
          const get = (path: string) => fetchRaw({ port: world.web.port, path, headers: { host } });
          const reply = await get('/.well-known/acme-challenge/token');
          assert.equal(`${reply.status} ${reply.body}`, '200 proof');
          assert.equal((await get('/.well-known/acme-challenge/other')).status, 404);
          assert.equal((await get('/.well-known/other')).status, 308);
        }
      });
    });
  }

  test(`${server}: a tenant's own certificate is shown to its own host, in mode wildcard too`, async () => {
    await using world = await openServedWorld({
      server,
      tls: true,
      tenants: async dir => {
        const own = await makeCertificate(dir, 'mail.shop.example');
        return [
          { name: 'project-a', hostnames: ['mail.shop.example'], proxy: { ...own, include: null } },
          { name: 'project-b' },
        ];
      },
    });
    const shown = async (host: string) => {
      const socket = await handshake(world.web.tlsPort, host);
      const name = socket.getPeerCertificate().subject.CN;
      socket.destroy();
      return name;
    };
    assert.equal(await shown('mail.shop.example'), 'mail.shop.example');
    assert.equal(await shown(`project-b.${baseDomain}`), `*.${baseDomain}`);
    const host = 'mail.shop.example';
    const reply = await fetchRaw({ tls: true, port: world.web.tlsPort, servername: host, headers: { host } });
    assert.equal(String(reply.body), 'project-a');
  });
}

/** The version that both sides agree on when the client knows only this one. */
async function speak(port: number, version: SecureVersion): Promise<string | null> {
  const socket = await handshake(port, `project-a.${baseDomain}`, version);
  const spoken = socket.getProtocol();
  socket.destroy();
  return spoken;
}

function handshake(port: number, servername: string, version: SecureVersion = 'TLSv1.3'): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const options = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' };
    const socket = connect({ port, host: '127.0.0.1', servername, rejectUnauthorized: false, ...options });
    socket.once('secureConnect', () => resolve(socket)).once('error', reject);
  });
}
