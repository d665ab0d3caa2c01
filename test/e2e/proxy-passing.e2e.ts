/** What reaches a tenant through nginx and Apache, in every mode, and what comes back. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { baseDomain, openServedWorld, type ServedWorld } from '../harness/proxy-world.ts';
import { fetchRaw, sendBytes } from '../harness/raw-http.ts';

const longHost = `${'long-'.repeat(10)}name.example`;
const size = 30 * 1024 * 1024;

for (const server of ['nginx', 'apache'] as const) {
  for (const mode of ['wildcard', 'map', 'vhost'] as const) {
    describe(`${server} ${mode}`, () => {
      let world: ServedWorld;
      before(async () => {
        world = await openServedWorld({
          server,
          spec: () => ({ mode }),
          tenants: [{ name: 'project-a', hostnames: ['mail.shop.example', longHost] }, { name: 'project-b' }],
        });
      });
      after(() => world[Symbol.asyncDispose]());

      const host = `project-a.${baseDomain}`;
      const get = (path: string, headers: Record<string, string> = {}) =>
        fetchRaw({ port: world.web.port, path, headers: { host, ...headers } });
      const seen = () => world.stubs.get('project-a')?.seen.at(-1);

      test('each host reaches its tenant', async () => {
        const hosts: Record<string, string> = {
          [`project-a.${baseDomain}`]: 'project-a',
          [`project-b.${baseDomain}`]: 'project-b',
          [`PROJECT-A.${baseDomain.toUpperCase()}:${world.web.port}`]: 'project-a',
          ...(mode === 'wildcard' ? {} : { 'mail.shop.example': 'project-a', [longHost]: 'project-a' }),
        };
        for (const [one, tenant] of Object.entries(hosts)) {
          const reply = await get('/', { host: one });
          assert.equal(`${one} ${reply.status} ${reply.body}`, `${one} 200 ${tenant}`);
          assert.equal(reply.headers['x-robots-tag'], 'noindex');
        }
      });

      test('a host that nobody has gets 404', async () => {
        const hosts = ['nobody.example', baseDomain, `a.b.${baseDomain}`, `x${baseDomain}`, '127.0.0.1'];
        if (mode === 'wildcard') hosts.push('mail.shop.example');
        for (const one of hosts) assert.equal((await get('/', { host: one })).status, 404, one);
        assert.match(
          await sendBytes(world.web.port, Buffer.from('GET / HTTP/1.0\r\n\r\n')),
          /^HTTP\/1\.\d 404 /,
        );
      });

      test('headers say who asked, and a client cannot lie about it', async () => {
        await get('/', {
          host: `${host}:8080`,
          'X-Forwarded-For': '1.2.3.4',
          'X-Forwarded-Host': 'evil.example',
          'X-Forwarded-Proto': 'https',
          'X-Real-IP': '1.2.3.4',
          Forwarded: 'for=1.2.3.4',
          'X-Other': 'kept',
        });
        const headers: IncomingHttpHeaders = seen()?.headers ?? {};
        assert.equal(headers.host, `${host}:8080`);
        assert.equal(headers['x-forwarded-for'], '127.0.0.1');
        assert.equal(headers['x-forwarded-host'], `${host}:8080`);
        assert.equal(headers['x-forwarded-proto'], 'http');
        assert.equal(headers['x-real-ip'], '127.0.0.1');
        assert.equal(headers.forwarded, undefined);
        assert.equal(headers['x-other'], 'kept');
      });

      test('paths arrive as they were sent', async () => {
        const paths = [
          '/',
          '/a%2Fb',
          '//a//b',
          '/%25',
          '/%2525',
          '/a%20b',
          '/%3F',
          '/a;b=c',
          '/a+b',
          '/%C3%A9',
        ];
        const odd = [
          '/a/./b',
          '/a/%2e%2e/b',
          '/?q=%2F&r=a+b%20c',
          '/x??y',
          '/~*(a)',
          '/a?',
          '/%7Ea$1',
          '/$0?%{x}',
        ];
        for (const path of [...paths, ...odd]) {
          const reply = await get(path);
          assert.equal(`${path} ${reply.status}`, `${path} 200`);
          assert.equal(seen()?.url, path);
        }
      });

      test('a request line with a whole address is routed by it', async () => {
        const reply = await get(`http://${host}/a%2Fb?c`);
        assert.equal(`${reply.status} ${reply.body} ${seen()?.url}`, '200 project-a /a%2Fb?c');
      });

      test('a WebSocket is passed on, another upgrade is not', async () => {
        const socket = new WebSocket(`ws://127.0.0.1:${world.web.port}/api/events?a=%2F`, {
          headers: { host },
        });
        await once(socket, 'open');
        socket.send('hello');
        const [message] = await once(socket, 'message');
        assert.equal(String(message), 'project-a: hello');
        assert.equal(seen()?.url, '/api/events?a=%2F');
        assert.equal(seen()?.headers['x-forwarded-for'], '127.0.0.1');
        socket.close();
        await once(socket, 'close');
        const reply = await get('/', { connection: 'upgrade', upgrade: 'h2c' });
        assert.equal(`${reply.status} ${seen()?.headers.upgrade}`, '200 undefined');
      });

      test('an upload is streamed: the tenant has its beginning before it ends', async () => {
        const stub = world.stubs.get('project-a');
        const bodyBegan = new Promise(resolve => stub?.events.once('body', resolve));
        const upload = request({
          port: world.web.port,
          host: '127.0.0.1',
          method: 'POST',
          path: '/up',
          headers: { host },
        });
        const replied = once(upload, 'response');
        upload.write(Buffer.alloc(size / 2));
        await bodyBegan;
        upload.end(Buffer.alloc(size / 2));
        const [response] = await replied;
        response.resume();
        assert.equal(response.statusCode, 200);
        assert.equal(seen()?.bodyBytes, size);
      });

      test('30 MB with a length go up, and come down', async () => {
        const up = await fetchRaw({
          ...{ port: world.web.port, method: 'POST', path: '/', body: Buffer.alloc(size) },
          headers: { host, 'content-length': size },
        });
        assert.equal(`${up.status} ${seen()?.bodyBytes}`, `200 ${size}`);
        const down = await get(`/?bytes=${size}`);
        assert.equal(`${down.status} ${down.body.length}`, `200 ${size}`);
      });

      test('what the tenant answers is passed on, errors too', async () => {
        for (const status of [400, 401, 404, 421, 500, 502, 503, 504]) {
          const reply = await get(`/?status=${status}`);
          assert.equal(`${reply.status} ${reply.body}`, `${status} project-a`);
        }
      });

      test('the probe tells this machine the hash, and nobody else', async () => {
        const probe = (localAddress: string) =>
          fetchRaw({ port: world.web.port, localAddress, headers: { host: `mpctl-probe.${baseDomain}` } });
        assert.equal((await probe('127.0.0.1')).headers['x-mpctl-config'], world.rendered.hash);
        const stranger = await probe('127.0.0.2');
        assert.equal(`${stranger.status} ${stranger.headers['x-mpctl-config']}`, '404 undefined');
      });
    });
  }
}
