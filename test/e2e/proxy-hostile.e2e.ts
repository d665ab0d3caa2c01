/** Host names that would leave their tenant's folder, tried byte by byte, and what answers in a tenant's place. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { baseDomain, openServedWorld, type ServedWorld } from '../harness/proxy-world.ts';
import { sendBytes } from '../harness/raw-http.ts';
import { openStubTenant, type StubTenant } from '../harness/stub-tenant.ts';

for (const server of ['nginx', 'apache'] as const) {
  for (const mode of ['wildcard', 'map', 'vhost'] as const) {
    describe(`${server} ${mode}`, () => {
      const stack = new AsyncDisposableStack();
      let world: ServedWorld;
      /** Where a name that is not checked would lead. */
      let traps: StubTenant[];
      before(async () => {
        world = stack.use(
          await openServedWorld({
            server,
            spec: () => ({ mode }),
            tenants: [{ name: 'project-a', hostnames: ['mail.shop.example'] }],
          }),
        );
        traps = await Promise.all(
          ['http.sock', '../http.sock', '.control/http.sock', 'project-a/x/http.sock'].map(async path => {
            const trap = stack.use(await openStubTenant('trap', join(world.runDir, path)));
            return trap;
          }),
        );
      });
      after(() => stack.disposeAsync());

      /** The answer's status, and that of all requests that came to a tenant with this Host. */
      const ask = async (host: Buffer) => {
        const head = [
          Buffer.from('GET /x HTTP/1.1\r\nConnection: close\r\nHost: '),
          host,
          Buffer.from('\r\n\r\n'),
        ];
        return sendBytes(world.web.port, Buffer.concat(head));
      };

      test('every byte in every place of the name', async () => {
        const name = Buffer.from(`project-a.${baseDomain}`);
        const seen = world.stubs.get('project-a')?.seen ?? [];
        for (let byte = 0; byte < 256; byte++) {
          for (const at of [0, 3, 9, name.length]) {
            const host = Buffer.concat([name.subarray(0, at), Buffer.of(byte), name.subarray(at)]);
            seen.length = 0;
            const reply = await ask(host);
            const what = `${JSON.stringify(host.toString('latin1'))} → ${reply.slice(0, 40)}`;
            for (const request of seen) {
              // What is no part of the name: white space around it, a final dot, an empty port, a second line.
              assert.match(request.headers.host ?? '', /^project-a\.mail\.example\.com[.:]?$/i, what);
            }
            if (seen.length === 0) assert.match(reply, /^(HTTP\/1\.1 (400|404|503) |$|<!DOCTYPE)/, what);
          }
        }
        assert.equal(traps.flatMap(trap => trap.seen).length, 0);
      });

      test('names that walk, end early or are nobody’s', async () => {
        const names = [
          '..',
          '../..',
          '.control',
          'project-a/x',
          '',
          '.',
          '%2e%2e',
          '..%2f',
          'project-a%00',
          '-',
          'a-',
        ];
        const more = [
          'control',
          'x'.repeat(33),
          'x'.repeat(300),
          'project_a',
          '*',
          '$mpctl_tenant',
          '%{ENV:PATH}',
        ];
        for (const name of [...names, ...more]) {
          const reply = await ask(Buffer.from(`${name}.${baseDomain}`));
          assert.match(reply, /^(HTTP\/1\.1 (400|404|503) )/, name);
        }
        const target = `GET http://../../x.${baseDomain}/ HTTP/1.1\r\nConnection: close\r\nHost: project-a.${baseDomain}\r\n\r\n`;
        assert.match(await sendBytes(world.web.port, Buffer.from(target)), /^HTTP\/1\.1 (400|404) /);
        assert.equal(traps.flatMap(trap => trap.seen).length, 0);
      });

      test('the web server never even tried another path', async () => {
        const tried = [...(await world.web.errorLog()).matchAll(/unix:([^\s":]*|"[^"]*")/g)].map(
          ([, path]) => path,
        );
        for (const path of tried) {
          assert.match(path ?? '', new RegExp(`^${world.runDir}/([a-z0-9-]{1,32}/http|\\.fallback)\\.sock$`));
        }
      });
    });
  }
}
