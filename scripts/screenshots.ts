/**
 * Pictures of the inbox page in every state, for people to look at: `test/.out/screenshots/<state>-<theme>-<device>.png`.
 * usage: node scripts/screenshots.ts [part of a state's name …]
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { desktop, openBrowser, openDoor, phone } from '../test/harness/browser.ts';
import { Fleet } from '../test/harness/fleet.ts';
import { SmtpTalk } from '../test/harness/smtp-talk.ts';

const root = dirname(import.meta.dirname);
const wanted = process.argv.slice(2);
const fixture = (name: string) => readFileSync(join(root, 'test/fixtures/mail', name), 'utf8');

const newsletter = `From: Weekly <news@shop.test>\r\nTo: Dana <dana@client.test>, team@client.test\r
Subject: What is new in November\r\nX-Tags: News, Marketing\r\nMIME-Version: 1.0\r
Content-Type: text/html; charset=utf-8\r\n\r\n<body style="margin:0;background:#f2f2f2"><table width="640" align="center" cellpadding="24" style="background:#fff;font-family:sans-serif">
<tr><td><h1>November</h1><p>Dear Dana, this is what happened in the shop. <a href="https://shop.test/">Read on</a>.</p>
<table width="592"><tr><td style="background:#2456c7;color:#fff">Orders</td><td style="background:#e4ecfd">12 %</td></tr></table>
<img src="https://shop.test/pixel.png" width="200" height="80"></td></tr></table></body>`;

const order = (i: number) =>
  `From: ${['Shop <app@shop.test>', 'CI <ci@build.test>', 'no-reply@accounts.test'][i % 3]}\r\nTo: dana@client.test\r
Subject: ${['Your order has been shipped', 'Build failed on main', 'Confirm your address'][i % 3]} #${1000 + i}\r
${i % 4 === 0 ? `X-Tags: ${['Orders', 'CI', 'Sign-up'][i % 3]}\r\n` : ''}\r\nHello Dana,\r\n\r\nthis is number ${i}. See https://shop.test/orders/${i}.\r\n`;

await using fleet = await Fleet.serving('tenants: { shop: { label: Shop staging }, fresh: {} }\n');
await using shop = await openDoor(fleet.socketPath('shop', 'http'));
await using fresh = await openDoor(fleet.socketPath('fresh', 'http'));

using talk = new SmtpTalk(fleet.socketPath('shop', 'smtp'));
await talk.reply();
await talk.say('EHLO client');
async function send(mail: string): Promise<void> {
  for (const line of ['MAIL FROM:<a@shop.test>', 'RCPT TO:<dana@client.test>', 'DATA']) await talk.say(line);
  await talk.say(`${mail.replace(/\r?\n/g, '\r\n').replace(/^\./gm, '..')}\r\n.`);
}
for (let i = 0; i < 120; i++) await send(order(i));
await send(fixture('attachment_emails/attachment_pdf.eml'));
await send(newsletter);

const click = (selector: string) => (page: Page) => page.locator(selector).first().click();
const open = (subject: string) => async (page: Page) => {
  await page.locator('.row', { hasText: subject }).first().locator('a').click();
  await page.locator('.head h1').waitFor();
};

type State = {
  readonly at?: string;
  readonly door?: typeof shop;
  readonly steps?: (page: Page) => Promise<unknown>;
};
const states: Record<string, State> = {
  list: {},
  scrolled: {
    steps: async page => {
      await page.locator('.rows').evaluate(element => element.scrollTo(0, 2000));
      // What comes before the page has seen that is let in at the top.
      await page.waitForURL(/start=/);
      await send(order(500));
      await page.locator('.pill').waitFor();
    },
  },
  selection: {
    steps: async page => {
      await page.locator('.row .tick').nth(1).click();
      await page.locator('.row .tick').nth(3).click();
    },
  },
  search: { at: 'search?q=from:ci' },
  'search-fault': { at: 'search?q=before:soon' },
  suggestions: { steps: page => page.locator('#search').fill('fr') },
  dates: {
    steps: async page => {
      await page.getByRole('button', { name: 'Go to date' }).click();
      await page.locator('.months button').first().waitFor();
    },
  },
  'message-html': { steps: open('What is new') },
  'message-text': { steps: open('Your order') },
  'message-open-head': {
    steps: async page => {
      await open('What is new')(page);
      await click('.people summary')(page);
    },
  },
  'message-dark-mail': {
    steps: async page => {
      await open('What is new')(page);
      // Where room is short the choices are folded.
      const unfold = page.locator('button.options');
      if (await unfold.isVisible()) await unfold.click();
      await page.getByRole('button', { name: 'Dark' }).click();
    },
  },
  headers: {
    steps: async page => {
      await open('What is new')(page);
      await click('#tab-headers')(page);
    },
  },
  source: {
    steps: async page => {
      await open('What is new')(page);
      await click('#tab-source')(page);
    },
  },
  parts: {
    steps: async page => {
      await page.locator('.row .clip').first().click();
      await click('#tab-parts')(page);
    },
  },
  file: {
    steps: async page => {
      await page.locator('.row .clip').first().click();
      // Where room is short the files are folded.
      const count = page.locator('.files-count');
      if (await count.isVisible()) await count.click();
      await click('.files li button')(page);
    },
  },
  send: { at: '?page=send' },
  settings: { at: '?page=settings' },
  about: { at: '?page=about' },
  api: { at: '?page=api' },
  empty: { door: fresh },
  offline: {
    steps: async page => {
      await page.locator('.connection.live').waitFor();
      shop.cut();
      await page.locator('.connection.lost').waitFor();
      await page.locator('.row .tick').first().click();
      await page.getByRole('button', { name: 'Mark read' }).click();
      await page.locator('.notice.bad').waitFor();
    },
  },
  missing: { at: 'view/nobody' },
};

const browser = await openBrowser();
for (const [name, { at = '', door = shop, steps }] of Object.entries(states)) {
  if (wanted.length > 0 && !wanted.some(part => name.includes(part))) continue;
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [device, options] of Object.entries({ desktop, phone })) {
      const context = await browser.newContext({ ...options, colorScheme });
      const page = await context.newPage();
      page.setDefaultTimeout(8000);
      await page.goto(door.url + at);
      if (door === shop) await page.locator('.row a').first().waitFor({ state: 'attached' });
      try {
        await steps?.(page);
      } catch (error) {
        console.error(`${name} ${colorScheme} ${device}: ${error instanceof Error ? error.message : error}`);
      }
      await page.waitForTimeout(400);
      await page.screenshot({
        path: join(root, 'test/.out/screenshots', `${name}-${colorScheme}-${device}.png`),
      });
      door.mend();
      await context.close();
    }
  }
}
await browser.close();
