/** The pages beside the list: how mail gets here, settings, figures, the API. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { hashSync } from 'bcryptjs';
import { desktop } from '../harness/browser.ts';
import { freePorts } from '../harness/free-port.ts';
import { eventually, InboxWorld, mailOf, row, subjects, topRow } from '../harness/inbox-world.ts';

let world: InboxWorld;
let port = 0;
before(async () => {
  [port = 0] = await freePorts(1);
  world = await InboxWorld.serving(`tenants:
  fresh: {}
  tcp:
    listeners:
      smtp: { bind: ["unix:run/tcp/smtp.sock", "127.0.0.1:${port}"], publicHost: localhost }
      login: { protocol: smtp, bind: ["unix:run/tcp/login.sock"] }
    smtp: { authAllowInsecure: true, auth: ["bob:${hashSync('secret', 4)}"] }
  wild: { enableChaos: true }
`);
});
after(() => world?.[Symbol.asyncDispose]());

test('an empty inbox says how the first mail gets here, and shows it', async () => {
  const page = await world.open('fresh');
  await page.getByText('No mail yet').waitFor();
  const socket = world.fleet.socketPath('fresh', 'smtp');
  await page.locator('.copy-box', { hasText: socket }).waitFor();
  let text = '';
  for (const app of [
    'Laravel',
    'Symfony',
    'PHP',
    'WordPress',
    'Node',
    'Django',
    'Rails',
    'Go',
    'swaks',
    'curl',
  ]) {
    await page.getByRole('button', { name: app, exact: true }).click();
    text = (await page.locator('.copy-box pre').first().textContent()) ?? '';
    assert.ok(text.replaceAll('%2F', '/').includes(socket), app);
  }
  await page.getByRole('button', { name: 'Send a test mail' }).click();
  await eventually(() => subjects(page), ['A first mail']);
  await page.mouse.move(0, 0);
  await promisify(execFile)('sh', ['-c', text]);
  await eventually(() => subjects(page), ['Hello', 'A first mail']);
  await page.context().close();
});

test('the settings to paste are this tenant’s own, and what they name takes the mail', async () => {
  const page = await world.open('tcp', '?page=send');
  await page.getByLabel('Address').selectOption(`localhost:${port}`);
  for (const app of ['Laravel', 'Django', 'Spring', '.NET', 'Go', 'swaks', 'WordPress', 'Node', 'Rails']) {
    await page.getByRole('button', { name: app, exact: true }).click();
    const text = (await page.locator('.copy-box pre').first().textContent()) ?? '';
    for (const part of ['localhost', String(port), 'bob']) assert.ok(text.includes(part), `${app}: ${text}`);
  }
  await page.getByText('A login is wanted. User names here: bob').waitFor();
  assert.equal((await page.content()).includes('secret'), false);
  await page.getByRole('button', { name: 'curl', exact: true }).click();
  const line = (await page.locator('.copy-box pre').first().textContent()) ?? '';
  await promisify(execFile)('sh', ['-c', line.replace('YOUR-PASSWORD', 'secret')]);
  await page.goto((await world.door('tcp')).url);
  await eventually(() => topRow(page), 'Hello');
  await page.getByRole('link', { name: 'Send here' }).click();
  await page.locator('.session summary').first().click();
  await page.locator('.session', { hasText: 'MAIL FROM:<app@example.com>' }).first().waitFor();
  assert.equal((await page.locator('.sheet').textContent())?.includes('secret'), false);
  await page.context().close();
});

test('settings hold at once, and after a reload', async () => {
  const page = await world.open('fresh', '?page=settings');
  await page.getByLabel('Theme').selectOption('dark');
  await eventually(() => page.locator('html').getAttribute('data-theme'), 'dark');
  await page.getByLabel('Time zone of searches and days').selectOption('Asia/Tokyo');
  await page.getByLabel('Delete and mark everything without asking').check();
  await page.reload();
  await eventually(() => page.locator('html').getAttribute('data-theme'), 'dark');
  assert.equal(await page.getByLabel('Time zone of searches and days').inputValue(), 'Asia/Tokyo');
  const asked: string[] = [];
  page.on('request', request => asked.push(request.url()));
  await page.fill('#search', 'after:2020-01-01');
  await eventually(async () => asked.some(url => /query=after.*tz=Asia%2FTokyo/.test(url)), true);
  await page.fill('#search', '');
  await page.getByRole('button', { name: 'Delete all' }).click();
  await page.getByText('No mail yet').waitFor();
  await page.context().close();
});

test('a browser that keeps nothing shows the page all the same', async () => {
  await world.send('wild', mailOf('without a store'));
  const page = await world.open('wild');
  await page.addInitScript(`for (const name of ['localStorage', 'sessionStorage'])
    Object.defineProperty(window, name, { get() { throw new DOMException('insecure', 'SecurityError'); } })`);
  await page.goto(`${(await world.door('wild')).url}?page=settings`);
  await row(page, 'without a store').waitFor();
  await page.getByLabel('Theme').selectOption('dark');
  await eventually(() => page.locator('html').getAttribute('data-theme'), 'dark');
  await page.context().close();
});

test('addresses are blurred for who asks for it', async () => {
  await world.send('fresh', mailOf('shown to others'));
  const page = await world.open('fresh');
  await page.locator('.row .from').first().waitFor();
  const filter = () => page.evaluate("getComputedStyle(document.querySelector('.row .from')).filter");
  await eventually(filter, 'none');
  await page.evaluate("document.body.classList.add('blur')");
  await eventually(filter, 'blur(5px)');
  await page.context().close();
});

test('the theme follows the system live', async () => {
  const page = await world.open('fresh');
  await eventually(() => page.locator('html').getAttribute('data-theme'), 'light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await eventually(() => page.locator('html').getAttribute('data-theme'), 'dark');
  await page.context().close();
});

test('new mail is told of outside of the page where that is wanted', async () => {
  const page = await world.open('fresh', '', { ...desktop, permissions: ['notifications'] });
  // What the browser would show cannot be looked at from here; what it is told can.
  await page.addInitScript(`window.told = [];
    const Real = Notification;
    window.Notification = class extends Real {
      constructor(title, options) { super(title, options); told.push({ title, body: options.body, note: this }); }
    }`);
  await page.goto(`${(await world.door('fresh')).url}?page=settings`);
  await page.locator('.connection.live').waitFor();
  await world.send('fresh', mailOf('not asked for'));
  await row(page, 'not asked for').waitFor({ state: 'attached' });
  await page.getByLabel('Tell of new mail outside of this page').check();
  await eventually(() => page.evaluate("localStorage.getItem('mp-notifications')"), '1');
  await world.send('fresh', mailOf('told of'));
  const told = () => page.evaluate('told.map(({ title, body }) => title + ": " + body)');
  await eventually(told, ['New mail from Shop: told of']);
  await page.evaluate('told[0].note.onclick()');
  await eventually(() => page.locator('.head h1').textContent(), 'told of');
  await page.context().close();
});

test('details of attachments are shown where that is wanted', async () => {
  const page = await world.open('fresh', '?page=settings');
  await page.getByLabel('Show details of attachments').check();
  const boundary = 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n';
  const body =
    '\r\n--b\r\nContent-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n--b--\r\n';
  await world.send('fresh', `Subject: with a file\r\n${boundary}${body}`);
  await page.goto(`${(await world.door('fresh')).url}view/latest`);
  await page.locator('.files .details').getByText('SHA256').waitFor();
  await page.context().close();
});

test('chaos is set where the tenant has it on, and is not there where it has not', async () => {
  const page = await world.open('wild', '?page=settings');
  await page.getByLabel('Sender: code').fill('550');
  await page.getByLabel('Sender: percent').fill('100');
  await page.locator('.chaos').getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved').waitFor();
  assert.deepEqual((await world.api('wild', 'chaos')).Sender, { ErrorCode: 550, Probability: 100 });
  // Who is refused is told of on the page.
  await world.send('wild', mailOf('refused')).catch(() => {});
  await page.getByText(/SMTP refused 127\.0\.0\.1/).waitFor();
  await page.goto(`${(await world.door('fresh')).url}?page=settings`);
  await page.getByRole('heading', { name: 'Tags' }).waitFor();
  assert.equal(await page.locator('.chaos').count(), 0);
  await page.context().close();
});

test('about shows the server’s figures, and the API page lists what there is', async () => {
  await world.send('tcp', []).catch(() => {});
  const page = await world.open('fresh', '?page=about');
  await page.getByText('+mpctl').waitFor();
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.getByRole('link', { name: 'All of the API' }).click();
  await page.getByRole('heading', { name: 'API' }).waitFor();
  const links = await page
    .locator('.routes a')
    .evaluateAll(all => all.map(a => (a as unknown as { href: string }).href));
  assert.ok(links.length > 8);
  for (const link of links.filter(url => !/wait|chaos|\{/.test(url))) {
    assert.equal((await fetch(link)).status, 200, link);
  }
  await page.context().close();
});
