/** The page through nginx, below a path of another site, with a password. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { hashSync } from 'bcryptjs';
import { desktop, openBrowser } from '../harness/browser.ts';
import { eventually, InboxWorld, mailOf, openMail, row, topRow } from '../harness/inbox-world.ts';
import { openPublished } from '../harness/published-fleet.ts';

const host = 'shop.example.com';
let published: Awaited<ReturnType<typeof openPublished>>;
let world: InboxWorld;
before(async () => {
  published = await openPublished({
    server: 'nginx',
    tenants: `  shop: { webroot: /mailpit/, hostnames: [${host}], ui: { auth: ["ann:${hashSync('secret', 4)}"] } }\n`,
    extra: ({ port, dir }) => `server {
      listen 127.0.0.1:${port};
      server_name ${host};
      include ${dir}/mpctl/subpath/shop.inc*;
      location / { return 410; }
    }`,
  });
  await published.until('applied');
  world = new InboxWorld(
    published.fleet,
    await openBrowser(['--host-resolver-rules=MAP *.example.com 127.0.0.1']),
  );
});
after(async () => {
  await world?.browser.close();
  await published?.[Symbol.asyncDispose]();
});

const withPicture = [
  'From: Shop <app@shop.test>',
  'To: dana@client.test',
  'Subject: with a picture',
  'MIME-Version: 1.0',
  'Content-Type: multipart/related; boundary=b',
  '',
  '--b',
  'Content-Type: text/html',
  '',
  '<p>Hello</p><img src="cid:dot">',
  '--b',
  'Content-Type: image/png',
  'Content-ID: <dot>',
  'Content-Disposition: inline',
  'Content-Transfer-Encoding: base64',
  '',
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  '--b--',
  '',
].join('\r\n');

test('a mail, its pictures, its files and its address work below a path, behind a password', async () => {
  await world.send('shop', [mailOf('mail 1'), withPicture]);
  const base = `http://${host}:${published.web.port}/mailpit/`;
  const context = await world.browser.newContext({
    ...desktop,
    httpCredentials: { username: 'ann', password: 'secret' },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await page.goto(base);
  await eventually(() => topRow(page), 'with a picture');
  await page.locator('.connection.live').waitFor();
  await openMail(page, 'with a picture');
  await eventually(async () => {
    const frame = await (await page.locator('iframe.html').elementHandle())?.contentFrame();
    return frame?.evaluate<number | undefined>('document.images[0]?.naturalWidth');
  }, 1);
  assert.match(page.url(), /\/mailpit\/view\/[\w-]+$/);
  await page.reload();
  await eventually(() => page.locator('.head h1').textContent(), 'with a picture');
  // By itself in a tab, where it has no origin to log in for.
  const alone = await context.newPage();
  await alone.goto(page.url().replace(/$/, '.html'));
  await eventually(() => alone.evaluate('document.images[0]?.naturalWidth'), 1);
  await alone.close();
  await world.send('shop', mailOf('live'));
  await row(page, 'live').waitFor();
  await page.getByRole('link', { name: 'Send here' }).click();
  await page.locator('.copy-box', { hasText: `${base}api/v1/send` }).waitFor();
  await page.locator('.copy-box', { hasText: world.fleet.socketPath('shop', 'smtp') }).waitFor();
  // Copied as it is, curl asks for the password of whoever opened the page.
  await page.locator('.copy-box', { hasText: "curl -u 'ann' -H" }).waitFor();
  assert.equal((await page.content()).includes('secret'), false);
  await context.close();
});
