/** The page and its server: a line that breaks, a server that goes and comes, an older one, a slow one. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, InboxWorld, mailOf, openMail, row, subjects, topRow } from '../harness/inbox-world.ts';
import { openOtherVersion } from '../harness/other-version.ts';

let world: InboxWorld;
before(async () => {
  world = await InboxWorld.serving('tenants: { shop: {}, below: { webroot: /mail/ } }\n');
  await world.send('shop', 60);
});
after(() => world?.[Symbol.asyncDispose]());

test('below a webroot, and without a script', async () => {
  await world.send('below', 2);
  const page = await world.open('below', 'mail/');
  await openMail(page, 'mail 2');
  await page.locator('.panel').getByText('This is mail 2.').waitFor();
  assert.match(page.url(), /\/mail\/view\/[\w-]+$/);
  await page.reload();
  await page.locator('.panel').getByText('This is mail 2.').waitFor();
  await page.goto(`${(await world.door('below')).url}mail/?plain=1`);
  await page.getByText('2 mails').waitFor();
  await page.context().close();
});

test('a line that broke is mended by what changed, not by reading everything again', async () => {
  const page = await world.open('shop');
  await page.locator('.connection.live').waitFor();
  await world.send('shop', mailOf('before the break'));
  await eventually(() => topRow(page), 'before the break');
  const door = await world.door('shop');
  door.cut();
  await page.locator('.connection.lost').waitFor();
  const asked: string[] = [];
  page.on('request', request => asked.push(new URL(request.url()).pathname));
  await world.send('shop', mailOf('during the break'));
  door.mend();
  await eventually(() => topRow(page), 'during the break');
  assert.ok(asked.includes('/api/v1/changes'));
  assert.ok(!asked.includes('/api/v1/messages'));
  await page.context().close();
});

test('offline is said on every page, and what is done then is refused in place', async () => {
  const page = await world.open('shop');
  await page.locator('.connection.live').waitFor();
  const door = await world.door('shop');
  door.cut();
  const alerts: string[] = [];
  page.on('dialog', dialog => alerts.push(dialog.message()));
  await page.locator('.connection.lost', { hasText: /Reconnecting.*offline since/ }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Try now' }).count(), 1);
  await page.locator('.row .tick').first().click();
  await page.getByRole('button', { name: 'Mark unread' }).click();
  await page.getByText('Not done: the server cannot be reached.').waitFor();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.locator('.connection.lost').waitFor();
  await page.locator('.side .fault').waitFor();
  await row(page, 'mail 55').locator('a').click();
  await page.getByText('This message is not here').waitFor();
  await page.locator('.connection.lost').waitFor();
  door.mend();
  await page.locator('.connection.live').waitFor();
  await page.getByRole('button', { name: 'Try again' }).click();
  await eventually(() => page.locator('.head h1').textContent(), 'mail 55');
  assert.deepEqual(alerts, []);
  await page.context().close();
});

test('a list that could not be had is there when the server is', async () => {
  // The first rows of all mail come with the page; those of a search are asked for.
  const page = await world.open('shop', 'search?q=subject%3Amail');
  await row(page, 'mail 60').waitFor();
  await page.context().route('**/api/v1/search*', route => route.abort());
  await page.reload();
  await page.getByText('The server cannot be reached.').waitFor();
  await page.context().unroute('**/api/v1/search*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await row(page, 'mail 60').waitFor();
  await page.context().close();
});

test('four restarts within 15 s, and the page is live again', async () => {
  const page = await world.open('shop');
  await page.locator('.connection.live').waitFor();
  const door = await world.door('shop');
  for (let i = 0; i < 4; i++) {
    door.cut();
    await page.locator('.connection.lost').waitFor();
    door.mend();
    await page.locator('.connection.live').waitFor();
  }
  await world.send('shop', mailOf('after four'));
  await eventually(() => topRow(page), 'after four');
  await page.context().close();
});

test('a restarted server is noticed, waited for, and what it took meanwhile is shown', async () => {
  const page = await world.open('shop');
  await page.locator('.connection.live').waitFor();
  await world.fleet.stop();
  await page.locator('.connection.lost').waitFor();
  await world.fleet.serve();
  await world.send('shop', mailOf('after the restart'));
  await page.locator('.connection.live').waitFor({ timeout: 30_000 });
  await eventually(() => topRow(page), 'after the restart');
  await page.context().close();
});

test('a new version asks to be loaded', async () => {
  const page = await world.open('shop');
  // As if the page had been sent by an older server.
  await page.addInitScript(`new MutationObserver(() => {
    const app = document.getElementById('app');
    if (app && !sessionStorage.reloaded) app.dataset.version = 'v0.0.1';
  }).observe(document, { childList: true, subtree: true })`);
  await page.reload();
  await row(page, 'mail 60').waitFor();
  await world.send('shop', mailOf('brings figures'));
  await page.getByText('The server has been updated.').waitFor();
  await page.evaluate('sessionStorage.reloaded = 1');
  await page.getByRole('button', { name: 'Reload the page' }).click();
  await eventually(() => page.locator('.outdated').count(), 0);
  await page.context().close();
});

test('what an older server does not have is not shown, and the rest works', async () => {
  const { url } = await world.door('shop');
  await using older = await openOtherVersion(url, {
    lacks: /api\/v1\/(days|connect|changes|sessions|webui|chaos|message\/[^/]+\/structure)|[?&]around=/,
    rewrite: (_path, body) => body.replace(/<script type="application\/json".*?<\/script>/s, ''),
  });
  const page = await world.open('shop');
  await page.goto(older.url);
  await row(page, 'mail 60').waitFor();
  await page.locator('.connection.live').waitFor();
  await page.getByRole('button', { name: 'Go to date' }).click();
  await eventually(() => page.getByRole('button', { name: 'Go to date' }).count(), 0);
  assert.equal(await page.locator('.keeps').count(), 0);
  await openMail(page, 'mail 60');
  await page.click('#tab-headers');
  await page.locator('.headers').getByText('Subject', { exact: true }).waitFor();
  await eventually(() => page.locator('#tab-parts').count(), 0);
  await page.reload();
  await eventually(() => page.locator('.head h1').textContent(), 'mail 60');
  await page.getByRole('link', { name: 'Send here' }).click();
  await page.getByText('Or over HTTP').waitFor();
  assert.equal(await page.getByText('Last SMTP sessions').count(), 0);
  await world.send('shop', mailOf('on an older server'));
  await eventually(() => topRow(page), 'on an older server');
  await page.context().close();
});

test('what a newer server says besides does no harm', async () => {
  const { url } = await world.door('shop');
  await using newer = await openOtherVersion(url, {
    rewrite: (path, body) =>
      path.includes('/api/') ? body.replace(/^\{/, '{"Later":{"Than":["today"]},') : body,
  });
  const page = await world.open('shop');
  await page.goto(newer.url);
  await openMail(page, 'mail 58');
  await page.getByText('This is mail 58.').last().waitFor();
  await page.click('#tab-parts');
  await page.locator('.part-tree').getByText('text/plain').waitFor();
  await page.context().close();
});

test('over a slow line the page comes whole, and says that it waits', async () => {
  const page = await world.open('shop');
  const devtools = await page.context().newCDPSession(page);
  const slowDown = (latency: number) =>
    devtools.send('Network.emulateNetworkConditions', {
      offline: false,
      latency,
      downloadThroughput: 200_000,
      uploadThroughput: 200_000,
    });
  await slowDown(150);
  await page.reload();
  await row(page, 'mail 60').waitFor();
  await slowDown(1500);
  await row(page, 'mail 54').locator('a').click();
  await page.getByText('Loading…').waitFor();
  await eventually(() => page.locator('.head h1').textContent(), 'mail 54');
  assert.ok((await subjects(page)).length > 5);
  await page.context().close();
});
