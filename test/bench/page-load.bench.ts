/** What the inbox page weighs and how soon its rows stand: cold, again, over a slow line; 500 and 100,000 mails. */
import type { BrowserContextOptions } from 'playwright-core';
import { desktop, openBrowser, openDoor } from '../harness/browser.ts';
import { fillMailbox } from '../harness/filled-mailbox.ts';
import { Fleet } from '../harness/fleet.ts';
import { atMost, type Figure, quantile, renderFigures } from './figures.ts';
import { beside, drawn, serveBare, slowDown } from './page.ts';

const runs = 5;
await using fleet = new Fleet('tenants: { shop: { maxMessages: 0 }, big: { maxMessages: 0 } }\n');
await fillMailbox(fleet.dataDir, 'shop', 500);
await fillMailbox(fleet.dataDir, 'big', 100_000);
await fleet.serve();
await using shop = await openDoor(fleet.socketPath('shop', 'http'));
await using big = await openDoor(fleet.socketPath('big', 'http'));
const browser = await openBrowser();

/** Bytes and requests until the rows stand, and how long that takes: first and again. */
async function load(url: string, slow = false) {
  const context = await browser.newContext(desktop satisfies BrowserContextOptions);
  const page = await context.newPage();
  if (slow) await slowDown(page);
  const sizes: Promise<number>[] = [];
  page.on('requestfinished', request => {
    sizes.push(request.sizes().then(size => size.responseBodySize + size.responseHeadersSize));
  });
  await page.goto(url, { waitUntil: 'commit' });
  const coldMs = await page.evaluate<number>(drawn);
  const requests = sizes.length;
  const bytes = (await Promise.all(sizes.slice(0, requests))).reduce((sum, size) => sum + size, 0);
  await page.waitForLoadState();
  await page.reload({ waitUntil: 'commit' });
  const againMs = await page.evaluate<number>(drawn);
  await context.close();
  return { coldMs, againMs, requests, bytes };
}

async function median(url: string, slow = false, times = runs) {
  const seen = [];
  for (let i = 0; i < times; i++) seen.push(await load(url, slow));
  return {
    coldMs: quantile(
      seen.map(one => one.coldMs),
      0.5,
    ),
    againMs: quantile(
      seen.map(one => one.againMs),
      0.5,
    ),
    requests: Math.max(...seen.map(one => one.requests)),
    bytes: Math.max(...seen.map(one => one.bytes)),
  };
}

const page = await median(shop.url);
const filler = 'x'.repeat(page.bytes);
await using bare = await serveBare({
  '/': `<!doctype html><div class="row"><a>row</a></div><!--${filler}-->`,
});
const plain = await median(`${bare.url}/`);
const many = await median(big.url);
const slow = await median(shop.url, true, 3);
const slowPlain = await median(`${bare.url}/`, true, 3);
await browser.close();

const figures: Figure[] = [
  atMost('first load until the rows stand, compressed', page.bytes / 1000, 60, 'kB'),
  atMost('requests of it', page.requests, 5, ''),
  atMost('first rows, cold', page.coldMs, 200, 'ms', beside(page.coldMs, plain.coldMs)),
  atMost('first rows, reload', page.againMs, 100, 'ms', beside(page.againMs, plain.againMs)),
  atMost('first rows of 100,000 mails, cold', many.coldMs, 200, 'ms', beside(many.coldMs, plain.coldMs)),
  atMost(
    'first rows, 1.6 Mbit/s, 150 ms, processor ÷ 4',
    slow.coldMs,
    1000,
    'ms',
    beside(slow.coldMs, slowPlain.coldMs),
  ),
];
console.log(renderFigures('Inbox page: loading', figures));
