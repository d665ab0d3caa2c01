/** What answers while a tenant's socket does not: never a bare 502, never somebody else. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { fallbackSocketPath } from '../../libs/spec/paths.ts';
import { baseDomain, openServedWorld, type ServedWorld } from '../harness/proxy-world.ts';
import { fetchRaw } from '../harness/raw-http.ts';
import { openStubTenant } from '../harness/stub-tenant.ts';

for (const server of ['nginx', 'apache'] as const) {
  for (const mode of ['wildcard', 'vhost'] as const) {
    describe(`${server} ${mode}`, () => {
      const open = () =>
        openServedWorld({
          server,
          spec: () => ({ mode }),
          tenants: [{ name: 'project-a' }, { name: 'project-b' }],
        });
      const ask = (world: ServedWorld, method = 'GET') =>
        fetchRaw({
          port: world.web.port,
          method,
          headers: { host: `project-a.${baseDomain}` },
          body: 'body',
        });

      test('a missing, a stale and a broken socket are 503, and the next one is used at once', async () => {
        await using world = await open();
        const path = join(world.runDir, 'project-a/http.sock');
        await world.stubs.get('project-a')?.[Symbol.asyncDispose]();
        assert.equal((await ask(world)).status, 503, 'missing');
        // A killed process leaves its socket behind; Node takes it away, if it is where it was.
        const dead = createServer().listen(path);
        await once(dead, 'listening');
        await rename(path, `${path}.kept`);
        await new Promise(resolve => dead.close(resolve));
        await rename(`${path}.kept`, path);
        assert.equal((await ask(world)).status, 503, 'stale');
        await rm(path);
        await mkdir(path);
        assert.equal((await ask(world)).status, 503, 'not a socket');
        await rm(path, { recursive: true });
        await using next = await openStubTenant('next', path);
        assert.equal(String((await ask(world)).body), 'next');
        assert.equal(next.seen.length, 1);
        assert.equal(world.stubs.get('project-b')?.seen.length, 0);
      });

      test('a WebSocket to a missing socket is refused with 503', async () => {
        await using world = await open();
        await world.stubs.get('project-a')?.[Symbol.asyncDispose]();
        const socket = new WebSocket(`ws://127.0.0.1:${world.web.port}/api/events`, {
          headers: { host: `project-a.${baseDomain}` },
        });
        socket.on('error', () => {});
        const [, response] = await once(socket, 'unexpected-response');
        assert.equal(response.statusCode, 503);
        socket.terminate();
      });
    });
  }
}

test('nginx hands what has no socket to the fallback, body and all', async () => {
  await using world = await openServedWorld({ server: 'nginx', tenants: [{ name: 'project-a' }] });
  await using fallback = await openStubTenant('fallback', fallbackSocketPath(world.runDir));
  const host = `project-x.${baseDomain}`;
  const reply = await fetchRaw({
    ...{ port: world.web.port, method: 'POST', path: '/a%2Fb?status=404', headers: { host }, body: 'five!' },
  });
  assert.equal(`${reply.status} ${reply.body}`, '404 fallback');
  const [seen] = fallback.seen;
  assert.deepEqual(
    [seen?.method, seen?.url, seen?.headers.host, seen?.bodyBytes],
    ['POST', '/a%2Fb?status=404', host, 5],
  );
  const socket = new WebSocket(`ws://127.0.0.1:${world.web.port}/`, { headers: { host } });
  await once(socket, 'open');
  socket.terminate();
});
