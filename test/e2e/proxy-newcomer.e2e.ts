/** The way of somebody new: a tenant is added, its address opened in a browser, the password typed, and mail comes in. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { Browser } from 'playwright-core';
import { desktop, openBrowser } from '../harness/browser.ts';
import { mpctlPath } from '../harness/fleet.ts';
import { openPublished } from '../harness/published-fleet.ts';

type Added = { readonly url: string; readonly user: string; readonly password: string };

const shop = 'shop.example.com';

/** The site of somebody who wants a tenant below a path of it. */
const sites = {
  nginx: (port: number, dir: string) => `server {
    listen 127.0.0.1:${port};
    server_name ${shop};
    include ${dir}/mpctl/subpath/project-s.inc*;
    location / { return 410; }
  }`,
  apache: (port: number, dir: string) => `<VirtualHost 127.0.0.1:${port}>
    ServerName ${shop}
    IncludeOptional ${dir}/mpctl/subpath/project-s.inc*
    RedirectMatch 410 "^/(?!mailpit)"
  </VirtualHost>`,
};

let browser: Browser;
before(async () => {
  browser = await openBrowser(['--host-resolver-rules=MAP *.example.com 127.0.0.1']);
});
after(() => browser.close());

for (const server of ['nginx', 'apache'] as const) {
  describe(server, () => {
    let world: Awaited<ReturnType<typeof openPublished>>;
    before(async () => {
      const extra = ({ port, dir }: { port: number; dir: string }) => sites[server](port, dir);
      world = await openPublished({ server, extra, tenants: '  first: { auth: none }\n' });
      await world.until('applied');
    });
    after(() => world[Symbol.asyncDispose]());

    /** What a browser is asked for at an address, and what it shows with the password: a live inbox. */
    async function assertInbox(tenant: string, url: string, { user, password }: Added): Promise<void> {
      const open = async (httpCredentials?: { username: string; password: string }) => {
        const context = await browser.newContext({ ...desktop, ...(httpCredentials && { httpCredentials }) });
        const page = await context.newPage();
        page.setDefaultTimeout(60_000);
        const sockets: string[] = [];
        page.on('websocket', socket => sockets.push(socket.url()));
        const response = page.waitForEvent('response', seen => seen.url() === url);
        // With nobody to type a password into its dialogue, Chromium gives up.
        await page.goto(url).catch(error => assert.match(String(error), /ERR_INVALID_AUTH_CREDENTIALS/));
        return { page, response: await response, sockets };
      };
      const stranger = await open();
      assert.equal(stranger.response.status(), 401);
      assert.match((await stranger.response.headerValue('www-authenticate')) ?? '', /^Basic realm=/);
      const liar = await open({ username: user, password: `${password}x` });
      assert.equal(liar.response.status(), 401);

      const { page, sockets } = await open({ username: user, password });
      const opened = page.waitForEvent('websocket', { timeout: 60_000 }).catch(() => null);
      if (sockets.length === 0) await opened;
      assert.equal(sockets[0], `${url.replace(/^http/, 'ws')}api/events?cursor=1`);
      for (const subject of ['Welcome', 'Second']) {
        const smtp = `unix:${world.fleet.socketPath(tenant, 'smtp')}`;
        const input = `From: a@example.test\nTo: b@example.test\nSubject: ${subject}\n\nhello\n`;
        await execa(mpctlPath, ['sendmail', '-S', smtp, '-f', 'a@example.test', 'b@example.test'], { input });
        // Nothing was loaded again: it came by the open stream.
        await page.locator('.row .subject', { hasText: subject }).waitFor({ timeout: 60_000 });
      }
      assert.equal(sockets.length, 1);
      await page.locator('.row .subject', { hasText: 'Welcome' }).click();
      await page.locator('.head h1', { hasText: 'Welcome' }).waitFor({ timeout: 60_000 });
      await page.context().close();
    }

    test('tenant add, the address in a browser, the password, and mail comes in by itself', async () => {
      const added = await world.fleet.ask<Added>('tenant', 'add', 'project-a');
      assert.equal(added.url, `http://project-a.mail.example.com:${world.web.port}/`);
      await assertInbox('project-a', added.url, added);
    });

    test('the same below a path of another site', async () => {
      const added = await world.fleet.ask<Added>(
        'tenant',
        'add',
        'project-s',
        'webroot=/mailpit/',
        `hostnames=${shop}`,
      );
      const giveUpAtMs = performance.now() + 30_000;
      while ((await world.get(shop, '/mailpit/')).status !== 401) {
        assert.ok(performance.now() < giveUpAtMs);
        await sleep(100);
      }
      await assertInbox('project-s', `http://${shop}:${world.web.port}/mailpit/`, added);
      assert.equal((await world.get(shop, '/')).status, 410, 'the rest of the site is its owner’s');
    });
  });
}
