import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { desktop, openBrowser, openDoor, phone } from '../harness/browser.ts';
import { Fleet } from '../harness/fleet.ts';
import { SmtpTalk } from '../harness/smtp-talk.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const tenantsYaml = `tenants:
  shop: { label: Shop staging }
  hostile: {}
  fresh: {}
  below: { webroot: /mail/ }
`;

let fleet: Fleet;
let browser: Browser;
const doors = new Map<string, Awaited<ReturnType<typeof openDoor>>>();

before(async () => {
  [fleet, browser] = await Promise.all([Fleet.serving(tenantsYaml), openBrowser()]);
  for (const tenant of ['shop', 'hostile', 'fresh', 'below']) {
    doors.set(tenant, await openDoor(fleet.socketPath(tenant, 'http')));
  }
  await send('shop', 40);
});

after(async () => {
  await browser?.close();
  for (const door of doors.values()) await door[Symbol.asyncDispose]();
  await fleet?.[Symbol.asyncDispose]();
});

const mail = (subject: string, html?: string) =>
  `From: Shop <app@shop.test>\r\nTo: dana@client.test\r\nSubject: ${subject}\r\n` +
  (html === undefined
    ? `\r\nThis is ${subject}.\r\n`
    : `MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${html}\r\n`);

/** Sends that many mails, or this one, in one session. */
async function send(tenant: string, what: number | string, from = 1): Promise<void> {
  const mails =
    typeof what === 'string' ? [what] : Array.from({ length: what }, (_, i) => mail(`mail ${from + i}`));
  using talk = new SmtpTalk(fleet.socketPath(tenant, 'smtp'));
  await talk.reply();
  await talk.say('EHLO client');
  for (const one of mails) {
    for (const line of ['MAIL FROM:<a@shop.test>', 'RCPT TO:<dana@client.test>', 'DATA'])
      await talk.say(line);
    assert.match((await talk.say(`${one}.`)) ?? '', /^250/);
  }
}

async function open(tenant: string, path = '', options: BrowserContextOptions = desktop): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  await page.goto((doors.get(tenant)?.url ?? '') + path);
  return page;
}

const subjects = (page: Page) => page.locator('.row .subject').allTextContents();
const row = (page: Page, subject: string) =>
  page.locator('.row', { has: page.getByText(subject, { exact: true }) });

/** Resolves when the page says so, else fails with what it shows instead. */
async function eventually<T>(read: () => Promise<T>, expected: T): Promise<void> {
  const giveUpAtMs = performance.now() + 15_000;
  let seen = await read();
  while (JSON.stringify(seen) !== JSON.stringify(expected) && performance.now() < giveUpAtMs) {
    await new Promise(done => setTimeout(done, 30));
    seen = await read();
  }
  assert.deepEqual(seen, expected);
}

const topRow = (page: Page) => page.locator('.row[data-offset="0"] .subject').textContent();
const scrollTop = (page: Page) => page.locator('.rows').evaluate(element => element.scrollTop);
const scrollTo = (page: Page, to: number) =>
  page.locator('.rows').evaluate((element, top) => {
    element.scrollTop = top;
  }, to);

test('mail is listed, opened and shown in every view; reload and Back keep the place', async () => {
  const page = await open('shop');
  await eventually(() => topRow(page), 'mail 40');
  assert.match((await page.locator('.bar .count').textContent()) ?? '', /1 of 40 · 40 unread/);

  await row(page, 'mail 38').locator('a').click();
  await eventually(() => page.locator('.head h1').textContent(), 'mail 38');
  await eventually(() => row(page, 'mail 38').getAttribute('class'), 'row open');
  await page.click('#tab-headers');
  await eventually(
    () =>
      page
        .locator('.headers dt')
        .allTextContents()
        .then(names => names.at(-1)),
    'Subject',
  );
  await page.click('#tab-raw');
  await page.locator('.panel').getByText('This is mail 38.').waitFor();
  await page.click('.bar [aria-label="Older message"]');
  await page.locator('.panel').getByText('This is mail 37.').waitFor();
  assert.match(page.url(), /view\/[\w-]+\?tab=raw$/, 'the tab stays when moving on');

  await page.reload();
  await page.locator('.panel').getByText('This is mail 37.').waitFor();
  await page.goBack();
  await eventually(() => page.locator('.head h1').textContent(), 'mail 38');
  await page.click('.bar [aria-label="Back to the list"]');
  await page.locator('article').waitFor({ state: 'detached' });

  await scrollTo(page, 900);
  await page.waitForURL(/start=15/);
  await page.reload();
  await eventually(() => scrollTop(page), 900);
  await page.context().close();
});

test('a search comes as one types, is live, and has an address', async () => {
  const page = await open('shop');
  await page.fill('#search', 'subject:"mail 12"');
  await eventually(() => subjects(page), ['mail 12']);
  assert.match(page.url(), /search\?q=/);
  await send('shop', mail('mail 12'));
  await eventually(() => subjects(page), ['mail 12', 'mail 12']);
  await page.fill('#search', '');
  await eventually(() => topRow(page), 'mail 12');
  await page.context().close();
});

test('nothing moves while mail pours in, until one asks for it', async () => {
  const page = await open('shop');
  await row(page, 'mail 39').waitFor();
  await scrollTo(page, 600);
  await page.waitForURL(/start=10/);
  const before = await subjects(page);
  await send('shop', 25, 100);
  await eventually(() => page.locator('.pill').textContent(), '25 new');
  assert.deepEqual(await subjects(page), before);
  assert.equal(await scrollTop(page), 600);
  await page.click('.pill');
  await eventually(() => topRow(page), 'mail 124');
  await page.context().close();
});

test('a selection acts on what it says, and deleting everything is asked for', async () => {
  const page = await open('fresh');
  await page.getByText('No mail yet').waitFor();
  await page.getByRole('button', { name: 'Send a test mail' }).click();
  await eventually(() => subjects(page), ['A first mail']);
  await send('fresh', 5);
  await eventually(() => topRow(page), 'mail 5');
  await row(page, 'mail 4').locator('.tick').click();
  await row(page, 'mail 2')
    .locator('.tick')
    .click({ modifiers: ['Shift'] });
  await page.getByText('3 selected').waitFor();
  await page.getByRole('button', { name: 'Delete' }).click();
  await eventually(() => subjects(page), ['mail 5', 'mail 1', 'A first mail']);
  await page.getByRole('button', { name: 'Delete all' }).click();
  await page.keyboard.press('Escape');
  assert.deepEqual(await subjects(page), ['mail 5', 'mail 1', 'A first mail']);
  await page.getByRole('button', { name: 'Delete all' }).click();
  await page.locator('dialog').getByRole('button', { name: 'Delete all' }).click();
  await page.getByText('No mail yet').waitFor();
  await page.context().close();
});

test('everything is done by keyboard', async () => {
  const page = await open('shop');
  await eventually(() => topRow(page), 'mail 124');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const focused = () =>
    page.evaluate<string | undefined>("document.activeElement?.querySelector('.subject')?.textContent");
  await eventually(focused, 'mail 124');
  await page.keyboard.press('ArrowDown');
  await eventually(focused, 'mail 123');
  await page.keyboard.press('j');
  await eventually(focused, 'mail 122');
  await page.keyboard.press('x');
  await page.getByText('1 selected').waitFor();
  await page.keyboard.press('x');
  await page.keyboard.press('o');
  await eventually(() => page.locator('.head h1').textContent(), 'mail 122');
  await page.keyboard.press('3');
  await page.locator('.panel').getByText('This is mail 122.').waitFor();
  await page.keyboard.press('k');
  await eventually(() => page.locator('.head h1').textContent(), 'mail 123');
  await page.keyboard.press('#');
  await eventually(() => page.locator('.head h1').textContent(), 'mail 122');
  await page.keyboard.press('u');
  await eventually(focused, 'mail 122');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  assert.equal(await page.evaluate('document.activeElement?.id'), 'search');
  await page.context().close();
});

/** Each would set the marker, or ask another host, if anything of it ran. */
const hostileHtml = (elsewhere: string) => [
  '<script>top.marker = parent.marker = 1</script>',
  '<img src=x onerror="top.marker = 1; parent.marker = 1">',
  '<svg onload="parent.marker = 1"><script>parent.marker = 1</script></svg>',
  '<iframe src="javascript:parent.parent.marker = 1"></iframe>',
  '<iframe srcdoc="<script>top.marker = 1</script>"></iframe>',
  '<a href="javascript:parent.marker=1">click</a>',
  '<form action="javascript:parent.marker=1"><input autofocus onfocus="parent.marker=1"></form>',
  '<math><mtext><table><mglyph><style><img src onerror=parent.marker=1></style></mglyph></table></mtext></math>',
  '<noscript><p title="</noscript><img src=x onerror=parent.marker=1>">',
  `<meta http-equiv="refresh" content="0;url=javascript:parent.marker=1"><base href="${elsewhere}/">`,
  '<object data="javascript:parent.marker=1"></object><embed src="javascript:parent.marker=1">',
  `<style>@import url(${elsewhere}/a.css); body { background: url(${elsewhere}/b) }</style>`,
  `<img src="${elsewhere}/pixel"><link rel=stylesheet href="${elsewhere}/c.css">`,
  '<body onload="parent.marker=1"><details open ontoggle="parent.marker=1">x</details>',
];

test('hostile mail runs nothing, and asks another host only when that is wanted', async t => {
  const asked: string[] = [];
  const elsewhere = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end();
  });
  t.after(() => elsewhere.close());
  await new Promise<void>(done => elsewhere.listen(0, '127.0.0.1', done));
  const corpus = hostileHtml(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`);
  for (const html of corpus) await send('hostile', mail('<img src=x onerror=marker=1>', html));
  const page = await open('hostile');
  await page.locator('.row a').first().click();
  for (let at = corpus.length; at > 0; at--) {
    await page.locator('iframe.html').waitFor();
    const frame = await page.locator('iframe.html').elementHandle();
    await (await frame?.contentFrame())?.waitForLoadState();
    await page.locator('iframe.html').click();
    assert.equal(await page.evaluate("'marker' in window"), false, corpus[at - 1]);
    if (at > 1) await page.click('.bar [aria-label="Older message"]');
  }
  assert.deepEqual(asked, []);
  // The last but one: its picture, when asked for.
  await page.click('.bar [aria-label="Back to the list"]');
  await page.locator('.row[data-offset="1"] a').click();
  await page.getByRole('button', { name: 'Load it' }).click();
  await eventually(async () => asked, ['/pixel']);
  await page.context().close();
});

for (const [device, options] of Object.entries({ desktop, phone })) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`nothing keeps people out: ${device}, ${colorScheme}`, async () => {
      const page = await open('shop', '', { ...options, colorScheme });
      const look = async (what: string) => {
        const found = (await page.evaluate(`axe.run({ iframes: false }).then(({ violations }) =>
          violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' | ')))`)) as string[];
        assert.deepEqual(found, [], what);
      };
      await page.locator('.row a').first().waitFor();
      await page.evaluate(axeSource);
      await look('list');
      await page.locator('.row .tick').first().click();
      await look('selection');
      await page.locator('.row a').nth(1).click();
      await page.locator('.head h1').waitFor();
      for (const tab of ['text', 'headers', 'raw', 'parts']) {
        await page.click(`#tab-${tab}`);
        await look(tab);
      }
      await page.context().close();
    });
  }
}

test('below a webroot, and without a script', async () => {
  await send('below', 2);
  const page = await open('below', 'mail/');
  await row(page, 'mail 2').locator('a').click();
  await page.locator('.panel').getByText('This is mail 2.').waitFor();
  assert.match(page.url(), /\/mail\/view\/[\w-]+$/);
  await page.reload();
  await page.locator('.panel').getByText('This is mail 2.').waitFor();
  await page.goto(`${doors.get('below')?.url}mail/?plain=1`);
  await page.getByText('2 mails').waitFor();
  await page.context().close();
});

test('a restarted server is noticed, waited for, and what it took meanwhile is shown', async () => {
  const page = await open('shop');
  await page.locator('.connection.live').waitFor();
  await fleet.stop();
  await page.locator('.connection.lost').waitFor();
  await page.locator('.row .tick').first().click();
  await page.getByRole('button', { name: 'Mark unread' }).click();
  await page.getByText('Not done: the server cannot be reached.').waitFor();
  await fleet.serve();
  await send('shop', mail('after the restart'));
  await page.locator('.connection.live').waitFor({ timeout: 30_000 });
  await eventually(() => topRow(page), 'after the restart');
  await page.context().close();
});

test('a line that broke is mended by what changed, not by reading everything again', async () => {
  const page = await open('shop');
  await page.locator('.connection.live').waitFor();
  await send('shop', mail('before the break'));
  await eventually(() => topRow(page), 'before the break');
  const door = doors.get('shop');
  door?.cut();
  await page.locator('.connection.lost').waitFor();
  const asked: string[] = [];
  page.on('request', request => asked.push(new URL(request.url()).pathname));
  await send('shop', mail('during the break'));
  door?.mend();
  await eventually(() => topRow(page), 'during the break');
  assert.ok(asked.includes('/api/v1/changes'));
  assert.ok(!asked.includes('/api/v1/messages'));
  await page.context().close();
});
