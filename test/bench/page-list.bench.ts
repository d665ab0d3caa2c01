/** Whether the list holds still while mail pours in, and how soon message 60,000 of 100,000 stands. */
import { desktop, openBrowser } from '../harness/browser.ts';
import { fillMailbox } from '../harness/filled-mailbox.ts';
import { Fleet } from '../harness/fleet.ts';
import { InboxWorld } from '../harness/inbox-world.ts';
import { atMost, renderFigures, shown } from './figures.ts';
import { beside, serveBare, watchFrames } from './page.ts';

const fleet = new Fleet('tenants: { big: { maxMessages: 0 }, flood: { maxMessages: 0 } }\n');
await fillMailbox(fleet.dataDir, 'big', 100_000);
await fillMailbox(fleet.dataDir, 'flood', 500);
await fleet.serve();
await using world = new InboxWorld(fleet, await openBrowser());

const far = await world.open('big', '', desktop);
await far.locator('.row a').first().waitFor();
// The day of message 60,000 is chosen in the dialog, and the row waited for.
const { Days } = await world.api('big', `days?tz=${Intl.DateTimeFormat().resolvedOptions().timeZone}`);
const day = Days.findLast((one: { Start: number }) => one.Start <= 60_000);
const fromMs = performance.now();
await far.getByRole('button', { name: 'Go to date' }).click();
await far.locator(`.months [aria-label^="${day.Date}:"]`).click();
await far.locator(`.row[data-offset="${day.Start}"] a`).waitFor();
await far.locator('.rows').evaluate((rows, offset) => rows.scrollTo(0, offset * 60), 60_000);
await far.locator('.row[data-offset="60000"] a').waitFor();
const farMs = performance.now() - fromMs;
const { messages } = await world.api('big', 'messages?start=60000&limit=50');
await using bare = await serveBare({
  '/': '<!doctype html><ul></ul>',
  '/page.json': JSON.stringify(messages),
});
const plain = await world.browser.newPage();
await plain.goto(`${bare.url}/`);
const bareMs = await plain.evaluate<number>(`(async () => {
  const from = performance.now();
  for (const { Subject } of await (await fetch('/page.json')).json()) document.querySelector('ul').append(Object.assign(document.createElement('li'), { textContent: Subject }));
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - from;
})()`);
await far.close();

const page = await world.open('flood', '', desktop);
await page.locator('.connection.live').waitFor();
await page.locator('.row a').first().waitFor();
// What the page asks for when its rows stand is over.
await page.waitForTimeout(1500);
/** Sends that many mails within this time, over so many sessions at once. */
async function pour(count: number, withinMs: number): Promise<number> {
  const sessions = 8;
  const startedAtMs = performance.now();
  await Promise.all(
    Array.from({ length: sessions }, async (_, session) => {
      for (let i = 0; i < count / sessions / 25; i++) {
        const dueMs = startedAtMs + (withinMs * i * 25 * sessions) / count - performance.now();
        if (dueMs > 0) await new Promise(done => setTimeout(done, dueMs));
        await world.send('flood', 25, session * 1000 + i * 25);
      }
    }),
  );
  return performance.now() - startedAtMs;
}
let burstMs = 0;
const burst = await watchFrames(page, async () => {
  burstMs = await pour(200, 500);
});
await page.locator('.rows').evaluate(rows => rows.scrollTo(0, 600));
await page.waitForTimeout(500);
const before = await page.locator('.row .subject').allTextContents();
let floodMs = 0;
const flood = await watchFrames(page, async () => {
  floodMs = await pour(2000, 5000);
});
const after = await page.locator('.row .subject').allTextContents();
const idle = await watchFrames(plain, async () => plain.waitForTimeout(3000));

console.log(
  renderFigures('Inbox page: the list', [
    atMost('message 60,000 of 100,000 by its day', farMs, 3000, 'ms', beside(farMs, bareMs)),
    atMost(
      '200 mails at the top: longest frame',
      burst.longestMs,
      50,
      'ms',
      beside(burst.longestMs, idle.longestMs, 'idle page'),
    ),
    atMost('200 mails at the top: layout shift', burst.shift, 0, ''),
    atMost(
      '2,000 mails, scrolled: longest frame',
      flood.longestMs,
      50,
      'ms',
      beside(flood.longestMs, idle.longestMs, 'idle page'),
    ),
    atMost('2,000 mails, scrolled: layout shift', flood.shift, 0, ''),
    atMost(
      '2,000 mails: rows in view that became others',
      after.filter((one, i) => one !== before[i]).length,
      0,
      'rows',
    ),
    shown('the mails came within', `${Math.round(burstMs)} ms and ${Math.round(floodMs)} ms`),
  ]),
);
