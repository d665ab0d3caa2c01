/** What the inbox page weighs and how soon its rows stand, in Chromium, over a mailbox of 500. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { desktop, openBrowser, openDoor } from '../harness/browser.ts';
import { Fleet } from '../harness/fleet.ts';
import { SmtpTalk } from '../harness/smtp-talk.ts';
import { atMost, type Figure, quantile, renderFigures, round, shown } from './figures.ts';

const mails = 500;
const runs = 5;

await using fleet = await Fleet.serving('tenants: { shop: {} }\n');
using talk = new SmtpTalk(fleet.socketPath('shop', 'smtp'));
await talk.reply();
await talk.say('EHLO client');
for (let i = 0; i < mails; i++) {
  for (const line of ['MAIL FROM:<a@shop.test>', 'RCPT TO:<b@shop.test>', 'DATA']) await talk.say(line);
  await talk.say(`From: Shop <a@shop.test>\r\nTo: b@shop.test\r\nSubject: Order ${i}\r\n\r\nThank you.\r\n.`);
}
await using door = await openDoor(fleet.socketPath('shop', 'http'));
const browser = await openBrowser();

/** ms from the start of the navigation until the first row is drawn. */
const drawn = `new Promise(done => {
  const look = () => document.querySelector('.row a') ? requestAnimationFrame(() => done(performance.now())) : requestAnimationFrame(look);
  look();
})`;

const cold: number[] = [];
const reload: number[] = [];
let bytes = 0;
let requests = 0;
for (let i = 0; i < runs; i++) {
  const context = await browser.newContext(desktop);
  const page = await context.newPage();
  const sizes: Promise<number>[] = [];
  page.on('requestfinished', request => {
    sizes.push(
      request
        .sizes()
        .then(({ responseBodySize, responseHeadersSize }) => responseBodySize + responseHeadersSize),
    );
  });
  await page.goto(door.url, { waitUntil: 'commit' });
  cold.push(await page.evaluate<number>(drawn));
  await page.waitForLoadState();
  bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  requests = sizes.length;
  await page.reload({ waitUntil: 'commit' });
  reload.push(await page.evaluate<number>(drawn));
  await context.close();
}

/** The same bytes as a page that does nothing. */
const bare = createServer((_request, response) => {
  response.setHeader('Content-Type', 'text/html');
  response.end(`<!doctype html><div class="row"><a>row</a></div><!--${'x'.repeat(bytes)}-->`);
});
await new Promise<void>(done => bare.listen(0, '127.0.0.1', done));
const bareMs: number[] = [];
for (let i = 0; i < runs; i++) {
  const page: Page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(bare.address() as AddressInfo).port}/`, { waitUntil: 'commit' });
  bareMs.push(await page.evaluate<number>(drawn));
  await page.close();
}
bare.close();
await browser.close();

const yardstickMs = quantile(bareMs, 0.5);
const beside = (valueMs: number) => `bare page ${round(yardstickMs)} ms, × ${round(valueMs / yardstickMs)}`;
const coldMs = quantile(cold, 0.5);
const reloadMs = quantile(reload, 0.5);
const figures: Figure[] = [
  atMost('first load, as it went over the line', bytes / 1000, 60, 'kB'),
  atMost('requests of it', requests, 5, ''),
  atMost('first rows, cold', coldMs, 200, 'ms', beside(coldMs)),
  atMost('first rows, reload', reloadMs, 100, 'ms', beside(reloadMs)),
  shown('mails in the list', String(mails)),
];
console.log(renderFigures('Inbox page', figures));
