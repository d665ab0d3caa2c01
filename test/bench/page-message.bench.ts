/** How soon a message stands, and whether a very long one holds the page up; what a thousand of them leave behind. */
import type { Page } from 'playwright-core';
import { desktop } from '../harness/browser.ts';
import { InboxWorld, mailOf, openMail } from '../harness/inbox-world.ts';
import { atMost, quantile, renderFigures, shown } from './figures.ts';
import { beside, serveBare, watchFrames } from './page.ts';

const runs = 9;
await using world = await InboxWorld.serving('tenants: { shop: {}, long: {} }\n');
await world.send('shop', 40);
const longHtml = `<table width="600">${'<tr><td style="padding:4px">A row of a <b>long</b> newsletter.</td></tr>\r\n'.repeat(16_000)}</table>`;
await world.send('long', [mailOf('before'), mailOf('long', longHtml)]);
const page = await world.open('shop', '', desktop);
await page.locator('.row a').first().waitFor();

/** ms from a click until the head of the message is painted. */
const opened = (subject: string) => `new Promise(done => {
  const row = [...document.querySelectorAll('.row')].find(one => one.querySelector('.subject')?.textContent === '${subject}');
  const from = performance.now();
  row.querySelector('a').click();
  const look = () => document.querySelector('.head h1')?.textContent === '${subject}'
    ? requestAnimationFrame(() => done(performance.now() - from)) : requestAnimationFrame(look);
  look();
})`;

async function timesOf(ahead: boolean, from: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const subject = `mail ${from - 2 * i}`;
    await page.reload();
    await page.locator('.row', { hasText: subject }).first().waitFor();
    if (ahead) {
      const fetched = page.waitForResponse(/message\/.*peek=1/);
      await page.locator('.row', { hasText: subject }).first().hover();
      await fetched;
      await page.waitForTimeout(50);
    }
    times.push(await page.evaluate<number>(opened(subject)));
    await page.keyboard.press('u');
  }
  return times;
}
const otherwiseMs = quantile(await timesOf(false, 40), 0.5);
const aheadMs = quantile(await timesOf(true, 39), 0.5);

const { messages } = await world.api('shop', 'messages?limit=1');
const answer = JSON.stringify(await world.api('shop', `message/${messages[0].ID}?peek=1`));
await using bare = await serveBare({
  '/': '<!doctype html><h1></h1>',
  '/message.json': answer,
  '/long': `<!doctype html><body></body><script>window.mail = ${JSON.stringify(longHtml)}</script>`,
});
const plain: Page = await world.browser.newPage();
await plain.goto(`${bare.url}/`);
const bareMs: number[] = [];
for (let i = 0; i < runs; i++) {
  bareMs.push(
    await plain.evaluate<number>(`(async () => {
      const from = performance.now();
      const { Subject } = await (await fetch('/message.json?${i}')).json();
      document.querySelector('h1').textContent = Subject;
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      return performance.now() - from;
    })()`),
  );
}
const bareOpenMs = quantile(bareMs, 0.5);

const long = await world.open('long', '', desktop);
await long.locator('.row a').first().waitFor();
const longFrames = await watchFrames(long, async () => {
  await openMail(long, 'long');
  await long.waitForTimeout(1500);
});
const sourceFrames = await watchFrames(long, async () => {
  await long.click('#tab-source');
  await long.locator('[data-line="1"]').waitFor();
  await long.locator('.lines').evaluate(element => element.scrollTo(0, 100_000));
  await long.waitForTimeout(300);
});
await plain.goto(`${bare.url}/long`);
const bareLong = await watchFrames(plain, async () => {
  await plain.evaluate(
    "document.body.append(Object.assign(document.createElement('iframe'), { srcdoc: mail, sandbox: '' }))",
  );
  await plain.waitForTimeout(1500);
});

/** Heap and nodes after rubbish was collected, having opened so many messages by key. */
const devtools = await page.context().newCDPSession(page);
await page.reload();
await page.locator('.row a').first().waitFor();
await page.evaluate(opened('mail 20'));
let at = 0;
async function after(count: number) {
  for (; at < count; at++) {
    const key = Math.floor(at / 10) % 2 === 0 ? 'j' : 'k';
    await page.keyboard.press(key);
    await page.waitForTimeout(15);
  }
  await page.waitForTimeout(500);
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  const { nodes } = await devtools.send('Memory.getDOMCounters');
  return { bytes: usedSize, nodes };
}
const hundred = await after(100);
const thousand = await after(1000);

console.log(
  renderFigures('Inbox page: messages', [
    atMost('message, read ahead, p50', aheadMs, 50, 'ms', beside(aheadMs, bareOpenMs)),
    atMost('message, otherwise, p50', otherwiseMs, 100, 'ms', beside(otherwiseMs, bareOpenMs)),
    atMost(
      '1.2 MB HTML: longest frame',
      longFrames.longestMs,
      50,
      'ms',
      beside(longFrames.longestMs, bareLong.longestMs),
    ),
    atMost('its source, and a jump in it: longest frame', sourceFrames.longestMs, 50, 'ms'),
    atMost('heap after 1,000 messages ÷ after 100', thousand.bytes / hundred.bytes, 1.1, '×'),
    atMost('nodes after 1,000 messages ÷ after 100', thousand.nodes / hundred.nodes, 1.1, '×'),
    shown('heap after 100 messages', `${(hundred.bytes / 1e6).toFixed(1)} MB, ${hundred.nodes} nodes`),
    shown('size of that HTML', `${(longHtml.length / 1e6).toFixed(2)} MB`),
  ]),
);
