/** A tenant's inbox below a path of somebody else's site. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { baseDomain, openServedWorld, type ServedWorld } from '../harness/proxy-world.ts';
import { fetchRaw } from '../harness/raw-http.ts';

const host = 'shop.example';

/** The site as its owner has it, with the two lines that the owner adds, and a third for a tenant that is gone. */
const sites = {
  nginx: (port: number, dir: string) => `server {
    listen 127.0.0.1:${port};
    server_name ${host};
    include ${dir}/mpctl/current/subpath/project-a.inc*;
    include ${dir}/mpctl/current/subpath/project-b.inc*;
    include ${dir}/mpctl/current/subpath/gone.inc*;
    location ~ \\.php$ { return 418; }
    location / { return 410; }
  }`,
  apache: (port: number, dir: string) => `<VirtualHost 127.0.0.1:${port}>
    ServerName ${host}
    IncludeOptional ${dir}/mpctl/current/subpath/project-a.inc*
    IncludeOptional ${dir}/mpctl/current/subpath/project-b.inc*
    IncludeOptional ${dir}/mpctl/current/subpath/gone.inc*
    RedirectMatch 410 ^/$
    RedirectMatch 410 "^/(?!mailpit|second)"
  </VirtualHost>`,
};

for (const server of ['nginx', 'apache'] as const) {
  describe(server, () => {
    let world: ServedWorld;
    before(async () => {
      world = await openServedWorld({
        server,
        extra: ({ port, dir }) => sites[server](port, dir),
        tenants: [
          { name: 'project-a', webroot: '/mailpit/', hostnames: [host] },
          { name: 'project-b', webroot: '/second/box/', hostnames: [host] },
        ],
      });
    });
    after(() => world[Symbol.asyncDispose]());

    const get = (path: string, headers = {}) =>
      fetchRaw({ port: world.web.port, path, headers: { host, ...headers } });
    const seen = (tenant: string) => world.stubs.get(tenant)?.seen.at(-1);

    test('each path reaches its tenant, whole and as it was sent', async () => {
      for (const path of [
        '/mailpit/',
        '/mailpit/api/v1/messages?query=%22a%20b%22',
        '/mailpit/x.php',
        '/mailpit//a/%25',
      ]) {
        const reply = await get(path);
        // Apache merges slashes by a setting of the whole site, which is the owner's.
        const arrived = server === 'apache' ? path.replace('//', '/') : path;
        assert.equal(`${reply.status} ${reply.body} ${seen('project-a')?.url}`, `200 project-a ${arrived}`);
        assert.equal(reply.headers['x-robots-tag'], 'noindex');
      }
      const reply = await get('/second/box/');
      assert.equal(`${reply.status} ${reply.body}`, '200 project-b');
    });

    test('without the last slash it is shown where to go, with the client’s own host and port', async () => {
      const reply = await get('/mailpit');
      assert.equal(reply.status, 302);
      const location = new URL(reply.headers.location ?? '', `http://${host}:${world.web.port}/`);
      assert.equal(location.pathname, '/mailpit/');
    });

    test('the rest of the site is the owner’s', async () => {
      assert.equal((await get('/')).status, 410);
      assert.equal((await get('/mailpit/../')).status, 410);
      const before = world.stubs.get('project-a')?.seen.length;
      await get('/mailpitx');
      assert.equal(world.stubs.get('project-a')?.seen.length, before);
      if (server === 'nginx') assert.equal((await get('/x.php')).status, 418);
    });

    test('headers, WebSocket and a missing socket are as on a host of its own', async () => {
      await get('/mailpit/', { 'X-Forwarded-For': '1.2.3.4', 'X-Forwarded-Host': 'evil' });
      const headers = seen('project-a')?.headers;
      assert.deepEqual(
        [
          headers?.host,
          headers?.['x-forwarded-for'],
          headers?.['x-forwarded-host'],
          headers?.['x-forwarded-proto'],
        ],
        [host, '127.0.0.1', host, 'http'],
      );
      const socket = new WebSocket(`ws://127.0.0.1:${world.web.port}/mailpit/api/events`, {
        headers: { host },
      });
      await once(socket, 'open');
      socket.send('hello');
      assert.equal(String((await once(socket, 'message'))[0]), 'project-a: hello');
      socket.terminate();
      await world.stubs.get('project-b')?.[Symbol.asyncDispose]();
      assert.equal((await get('/second/box/')).status, 503);
    });

    test('the tenant is on its own host too', async () => {
      const reply = await get('/mailpit/', { host: `project-a.${baseDomain}` });
      assert.equal(String(reply.body), 'project-a');
    });
  });
}
