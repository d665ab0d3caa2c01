/** An open message: what a developer looks at, and that what somebody mailed does nothing by itself. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { desktop, phone } from '../harness/browser.ts';
import { eventually, fixtureMail, InboxWorld, mailOf, openMail, row } from '../harness/inbox-world.ts';

const wide = '<table width="640"><tr><td>A newsletter of 640 px</td></tr></table>';
const parts = [
  'From: Ann <ann@shop.test>',
  'To: Dana <dana@client.test>, team@client.test',
  'Cc: boss@client.test',
  'Subject: with parts',
  'X-Zebra: last in the alphabet, first here',
  'List-Unsubscribe: <https://shop.test/unsubscribe>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain',
  '',
  'See https://shop.test/orders and www.shop.test.',
  '--b',
  'Content-Type: text/csv; name=orders.csv',
  'Content-Disposition: attachment; filename=orders.csv',
  '',
  'id,total',
  '1,20',
  '--b',
  'Content-Type: image/png; name=dot.png',
  'Content-Disposition: attachment; filename=dot.png',
  'Content-Transfer-Encoding: base64',
  '',
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  '--b--',
  '',
].join('\r\n');

/** A picture by the bare name of its file, as some programs write it. */
const withBareName = parts
  .replace('Subject: with parts', 'Subject: with a bare name')
  .replace('Content-Type: text/plain', 'Content-Type: text/html')
  .replace('See https://shop.test/orders', '<img src="dot.png">');

/** Nothing that a name could be broken at, and no room to show it whole. */
const longName = `${'Rechnung_und_Lieferschein_'.repeat(8)}2026-11.csv`;
const withLongName = parts
  .replace('Subject: with parts', 'Subject: with a long name')
  .replace(/orders\.csv/g, longName);

let world: InboxWorld;
before(async () => {
  world = await InboxWorld.serving('tenants: { shop: {}, hostile: {}, gone: {} }\n');
  await world.send('shop', [
    mailOf('plain'),
    parts,
    mailOf('wide', wide),
    withBareName,
    withLongName,
    mailOf('pictures', '<img src="https://elsewhere.invalid/a.png"><p>Hello</p>'),
    mailOf('lines', `<p>one</p>\r\n<p>${'x'.repeat(3000)}</p>\r\n<p>three</p>`),
    fixtureMail('attachment_emails/attachment_pdf.eml'),
  ]);
});
after(() => world?.[Symbol.asyncDispose]());

/** Whether the mail needs no scrolling to the side within its frame. */
async function fits(page: Page): Promise<boolean | undefined> {
  const frame = await (await page.locator('iframe.html').elementHandle())?.contentFrame();
  return frame?.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth');
}

/** The colour of the shown mail right of its middle, this far down; other windows draw it, so it is looked at from outside. */
async function colourIn(page: Page, part: number): Promise<number[]> {
  const box = await page.locator('.stage').boundingBox();
  assert.ok(box);
  const clip = { x: box.x + box.width / 2 + 150, y: box.y + part * box.height, width: 1, height: 1 };
  const shot = (await page.screenshot({ clip })).toString('base64');
  const other = await page.context().newPage();
  const colour = await other.evaluate<number[]>(`(async () => {
    const image = new Image();
    image.src = 'data:image/png;base64,${shot}';
    await image.decode();
    const canvas = document.createElement('canvas').getContext('2d');
    canvas.drawImage(image, 0, 0);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  })()`);
  await other.close();
  return colour;
}

const near = (colour: readonly number[], wanted: readonly number[], by: number) =>
  colour.every((part, i) => Math.abs(part - (wanted[i] ?? 0)) <= by);

const copied = (page: Page) => page.evaluate<string>('navigator.clipboard.readText()');
const clipboard = { ...desktop, permissions: ['clipboard-read', 'clipboard-write'] };

test('headers stand in the mail’s order, A–Z on request, and are filtered', async () => {
  const page = await world.open('shop');
  await openMail(page, 'with parts');
  await page.click('#tab-headers');
  const names = () => page.locator('.headers dt').allTextContents();
  await page.locator('.headers').getByText('X-Zebra').waitFor();
  const own = await names();
  assert.ok(own.indexOf('X-Zebra') < own.indexOf('List-Unsubscribe'));
  await page.getByLabel('A–Z').check();
  await eventually(async () => (await names()).at(-1), 'X-Zebra');
  await page.getByLabel('Filter headers').fill('zebra');
  await eventually(names, ['X-Zebra']);
  await page.context().close();
});

test('who, where and what is copied and followed', async () => {
  const page = await world.open('shop', '', clipboard);
  await openMail(page, 'with parts');
  await page.locator('.people summary').click();
  await page.getByRole('button', { name: 'Copy recipients' }).click();
  await page.getByText('Copied').waitFor();
  assert.equal(await copied(page), 'dana@client.test, team@client.test, boss@client.test');
  await page.getByRole('button', { name: 'Copy curl line' }).click();
  await eventually(async () => /^curl -s 'http.*\/api\/v1\/message\/[\w-]+'$/.test(await copied(page)), true);
  await page.getByText('https://shop.test/unsubscribe').waitFor();
  const links = page.locator('pre.text a');
  assert.deepEqual(
    await links.evaluateAll(all => all.map(a => `${a.getAttribute('href')} ${a.getAttribute('rel')}`)),
    ['https://shop.test/orders noopener noreferrer', 'http://www.shop.test noopener noreferrer'],
  );
  await page.getByRole('link', { name: 'team@client.test' }).click();
  await page.waitForURL(/q=addressed%3Ateam/);
  await page.context().close();
});

test('attachments are looked at, opened, and taken away one by one or all at once', async () => {
  const page = await world.open('shop');
  await openMail(page, 'with parts');
  await page.getByRole('button', { name: 'Preview orders.csv' }).click();
  await page.locator('dialog pre').getByText('id,total').waitFor();
  await page.locator('dialog').getByText('SHA256').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Preview dot.png' }).click();
  await eventually(
    () =>
      page
        .locator('dialog img')
        .evaluate(image => (image as unknown as { naturalWidth: number }).naturalWidth),
    1,
  );
  await page.locator('dialog').getByRole('button', { name: 'Close' }).click();
  const [zip] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download all' }).click(),
  ]);
  assert.match(zip.suggestedFilename(), /^attachments-.*\.zip$/);
  assert.match(
    readFileSync(await zip.path(), 'latin1'),
    /^PK[\s\S]*id,total[\s\S]*orders\.csv[\s\S]*dot\.png/,
  );
  await page.locator('.drop summary').click();
  const [mail] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Message (.eml)' }).click(),
  ]);
  assert.match(readFileSync(await mail.path(), 'latin1'), /X-Zebra/);
  await page.context().close();
});

/** Where the pieces of the first file's name lie, and its size: all within the message. */
const longNameShown = `(() => {
  const { right } = document.querySelector('.message').getBoundingClientRect();
  const button = document.querySelector('.files li button');
  const [stem, end] = button.querySelectorAll('.file-name > span');
  const whole = one => one.scrollWidth <= one.clientWidth + 1 && one.getBoundingClientRect().right <= right;
  return { end: end.textContent, isCut: stem.scrollWidth > stem.clientWidth, within: whole(button) && [end, button.querySelector('.quiet')].every(one => one.getBoundingClientRect().width > 0 && one.getBoundingClientRect().right <= right) };
})()`;

test('of a long file name the end and the size stay in view', async () => {
  for (const options of [desktop, phone, { viewport: { width: 320, height: 640 } }]) {
    const page = await world.open('shop', '', options);
    await openMail(page, 'with a long name');
    const count = page.locator('.files-count');
    if (await count.isVisible()) await count.click();
    await eventually(() => page.evaluate(longNameShown), { end: '6-11.csv', isCut: true, within: true });
    await page.context().close();
  }
});

test('what hangs on a mail without a name is shown too, and is not in the way', async () => {
  const calendar = 'BEGIN:VCALENDAR\r\nSUMMARY:Lunch\r\nEND:VCALENDAR\r\n';
  await world.send(
    'shop',
    `Subject: invited\r\nMIME-Version: 1.0\r\nContent-Type: text/calendar\r\n\r\n${calendar}`,
  );
  const page = await world.open('shop');
  await openMail(page, 'invited');
  await page.getByRole('button', { name: 'Preview unnamed, text/calendar' }).click();
  await page.locator('dialog pre').getByText('SUMMARY:Lunch').waitFor();
  await page.context().close();

  const files = Array.from(
    { length: 200 },
    (_, i) =>
      `--b\r\nContent-Type: text/plain; name=file-${i}.txt\r\nContent-Disposition: attachment\r\n\r\nx\r\n`,
  );
  await world.send(
    'shop',
    `Subject: many files\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHello.\r\n${files.join('')}--b--\r\n`,
  );
  const other = await world.open('shop');
  await openMail(other, 'many files');
  const { y = 999 } = (await other.locator('pre.text').boundingBox()) ?? {};
  assert.ok(y < 420, `the text begins at ${y}`);
  await other.context().close();
});

test('a picture is found by the bare name of its file', async () => {
  const page = await world.open('shop');
  await openMail(page, 'with a bare name');
  const image = page.frameLocator('iframe.html').locator('img');
  await eventually(() => image.evaluate(one => (one as unknown as { naturalWidth: number }).naturalWidth), 1);
  await page.context().close();
});

test('sixty recipients and a long subject leave the mail its room', async () => {
  const many = Array.from({ length: 60 }, (_, i) => `Person ${i} <person-${i}@client.test>`).join(',\r\n ');
  await world.send(
    'shop',
    `From: app@shop.test\r\nTo: ${many}\r\nSubject: ${'a long subject '.repeat(60)}\r\n\r\nHello.\r\n`,
  );
  for (const options of [desktop, phone]) {
    const page = await world.open('shop', 'view/latest', options);
    await page.locator('pre.text').getByText('Hello.').waitFor();
    const { height } = (await page.locator('.head').boundingBox()) ?? { height: 999 };
    assert.ok(height <= 140, `the head is ${height} px high`);
    await page.locator('.people summary').click();
    await page.getByRole('link', { name: 'person-59@client.test' }).waitFor();
    await page.context().close();
  }
});

test('parts are a tree with types and sizes', async () => {
  const page = await world.open('shop');
  await openMail(page, 'with parts');
  await page.click('#tab-parts');
  await page.locator('.part-tree').getByText('multipart/mixed').waitFor();
  assert.deepEqual(await page.locator('.part-tree ul a').allTextContents(), [
    'text/plain',
    'text/csv',
    'image/png',
  ]);
  assert.match((await page.locator('.part-tree ul li').nth(1).textContent()) ?? '', /\d+ B/);
  await page.context().close();
});

test('source stands as it was sent, numbered, wrapped on request, to be copied', async () => {
  const page = await world.open('shop', '', clipboard);
  await openMail(page, 'lines');
  await page.click('#tab-source');
  const numbers = () =>
    page.locator('.lines [data-line]').evaluateAll(all => all.map(line => line.getAttribute('data-line')));
  await eventually(async () => (await numbers()).slice(0, 3), ['1', '2', '3']);
  await page.getByLabel('Wrap lines').check();
  await eventually(async () => (await numbers()).slice(0, 3), ['1', '2', '']);
  await page.locator('.source-bar').getByRole('button', { name: 'Copy' }).click();
  await eventually(async () => (await copied(page)).length > 3000, true);
  await page.context().close();
});

test('HTML is looked at as on a phone and a tablet, dark, and without images, and stays so', async () => {
  const page = await world.open('shop');
  await openMail(page, 'wide');
  const frame = page.locator('iframe.html');
  const shownWidth = () => frame.evaluate(element => Math.round(element.getBoundingClientRect().width));
  await page.getByRole('button', { name: 'Phone' }).click();
  await eventually(shownWidth, 360);
  // With what browsers leave at both sides of a body: without it the table would be cut by that.
  assert.equal(await frame.evaluate(element => element.clientWidth), 640 + 16, 'scaled to fit');
  assert.ok(await fits(page), 'nothing of the mail is cut');
  await page.getByRole('button', { name: 'Tablet' }).click();
  await eventually(shownWidth, 768);
  await page.getByRole('button', { name: 'Dark', exact: true }).click();
  assert.equal(await page.locator('html').getAttribute('data-theme'), 'light');
  // The page's own dark, not black, from edge to edge.
  for (const at of [0.1, 0.9])
    await eventually(async () => near(await colourIn(page, at), [0x14, 0x17, 0x1d], 8), true);
  await page.getByLabel('Images').uncheck();
  await eventually(async () => /img-src 'none'/.test((await frame.getAttribute('srcdoc')) ?? ''), true);
  await page.keyboard.press('Escape');
  await openMail(page, 'pictures');
  await eventually(shownWidth, 768);
  await page.context().close();
});

test('a message is printed alone and whole', async () => {
  const page = await world.open('shop');
  await openMail(page, 'wide');
  await page.getByRole('button', { name: 'Print' }).click();
  const frame = page.locator('iframe.print');
  await frame.waitFor({ state: 'attached' });
  assert.equal(await frame.getAttribute('sandbox'), 'allow-same-origin allow-modals');
  assert.match((await frame.getAttribute('srcdoc')) ?? '', /<h1[^>]*>wide<\/h1>[\s\S]*A newsletter/);
  await page.emulateMedia({ media: 'print' });
  await eventually(() => page.locator('.top').isVisible(), false);
  await page.context().close();
});

test('reading ahead marks nothing as read', async () => {
  await world.send('shop', [mailOf('ahead 1'), mailOf('ahead 2'), mailOf('ahead 3')]);
  const page = await world.open('shop');
  await row(page, 'ahead 3').locator('a').hover();
  await openMail(page, 'ahead 2');
  await eventually(() => row(page, 'ahead 2').getAttribute('class'), 'row open');
  const { messages } = await world.api('shop', 'messages?limit=3');
  assert.deepEqual(
    messages.map((one: { Read: boolean }) => one.Read),
    [false, true, false],
  );
  await page.getByRole('button', { name: 'Mark unread' }).click();
  await eventually(() => row(page, 'ahead 2').getAttribute('class'), 'row unread open');
  await page.context().close();
});

test('a mail that somebody else deletes while it is open says so; an own deletion says nothing of the kind', async () => {
  await world.send('gone', 4);
  const page = await world.open('gone');
  await openMail(page, 'mail 2');
  await page.locator('.connection.live').waitFor();
  await page.evaluate(`window.told = 0; new MutationObserver(() => {
    if (document.querySelector('.message > .fault')) told++;
  }).observe(document.body, { childList: true, subtree: true })`);
  // The page hears that it is gone before the answer to its own request.
  await page.route('**/api/v1/messages', async route => {
    if (route.request().method() !== 'DELETE') return route.fallback();
    const response = await route.fetch();
    await page.locator('.row.open').waitFor({ state: 'detached' });
    await route.fulfill({ response });
  });
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await eventually(() => page.locator('.head h1').textContent(), 'mail 1');
  await page.keyboard.press('#');
  await eventually(() => page.locator('.head h1').textContent(), 'mail 3');
  assert.equal(await page.evaluate('told'), 0);

  const { messages } = await world.api('gone', 'messages?start=1&limit=1');
  await fetch(`${(await world.door('gone')).url}api/v1/messages`, {
    method: 'DELETE',
    body: JSON.stringify({ IDs: [messages[0].ID] }),
  });
  await page.locator('.message .fault', { hasText: 'has been deleted' }).waitFor();
  await page.locator('pre.text').getByText('This is mail 3.').waitFor();
  for (const name of ['Delete', 'Mark unread', 'Print'])
    assert.equal(await page.locator('.message').getByRole('button', { name, exact: true }).count(), 0, name);
  assert.equal(await page.getByRole('button', { name: 'Edit tags' }).isDisabled(), true);
  // There is a way on all the same.
  await page.getByRole('button', { name: 'Back to the list' }).click();
  await openMail(page, 'mail 4');
  assert.equal(await page.locator('.message .fault').count(), 0);
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
  '<svg><style><img src=x onerror=parent.marker=1></style></svg><svg><a xlink:href="javascript:parent.marker=1"><text>x</text></a>',
  '<template><script>parent.marker=1</script></template><xmp><img src=x onerror=parent.marker=1></xmp>',
  '<img src="data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22 onload=%22parent.marker=1%22/>">',
  `<meta http-equiv="refresh" content="0;url=javascript:parent.marker=1"><base href="${elsewhere}/">`,
  '<object data="javascript:parent.marker=1"></object><embed src="javascript:parent.marker=1">',
  `<style>@import url(${elsewhere}/a.css); body { background: url(${elsewhere}/b) }</style>`,
  `<video poster="${elsewhere}/p" src="${elsewhere}/v" autoplay></video><audio src="${elsewhere}/s" autoplay></audio>`,
  `<img src="${elsewhere}/pixel"><link rel=stylesheet href="${elsewhere}/c.css">`,
  `<body onload="parent.marker=1"><details open ontoggle="parent.marker=1">x</details>`,
  // Too long to be cleaned in the page: shown as the server gives it out.
  `<script>parent.marker = top.marker = 1</script><img src="${elsewhere}/long" onerror="parent.marker=1">${'<p>long</p>'.repeat(12_000)}`,
];

/** What of a cleaned mail could still do something, were it not for the frame and its policy. */
const live = `srcdoc => [...new DOMParser().parseFromString(srcdoc, 'text/html').querySelectorAll('*')]
  .filter(one => one.matches('script, iframe, object, embed, form, input, base, meta[http-equiv=refresh]') ||
    [...one.attributes].some(({ name, value }) => /^on/i.test(name) || /^\\s*javascript:/i.test(value)))
  .map(one => one.outerHTML.slice(0, 100))`;

test('hostile mail runs nothing, and asks another host only when that is wanted', async t => {
  const asked: { url: string; referrer: string }[] = [];
  const elsewhere = createServer((request, response) => {
    asked.push({ url: request.url ?? '', referrer: request.headers.referer ?? '' });
    response.end();
  });
  t.after(() => elsewhere.close());
  await new Promise<void>(done => elsewhere.listen(0, '127.0.0.1', done));
  const corpus = hostileHtml(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`);
  await world.send(
    'hostile',
    corpus.map((html, i) =>
      i === 0
        ? mailOf('<img src=x onerror=marker=1>', html)
        : mailOf(`hostile ${i} <script>marker=1</script>`, html),
    ),
  );
  const page = await world.open('hostile');
  await page.locator('.row a').first().click();
  for (let at = corpus.length; at > 0; at--) {
    const frame = page.locator('iframe.html');
    await frame.waitFor();
    assert.doesNotMatch((await frame.getAttribute('sandbox')) ?? '', /script|same-origin|form|top/);
    const cleaned = await frame.getAttribute('srcdoc');
    if (cleaned !== null) assert.deepEqual(await page.evaluate(`(${live})(${JSON.stringify(cleaned)})`), []);
    await (await (await frame.elementHandle())?.contentFrame())?.waitForLoadState();
    await frame.click();
    assert.equal(await page.evaluate("'marker' in window"), false, corpus[at - 1]);
    if (at > 1) await page.click('.bar [aria-label="Older message"]');
  }
  assert.deepEqual(asked, []);

  const openPixel = async () => {
    await page.click('.bar [aria-label="Back to the list"]');
    await row(page, 'hostile 16 <script>marker=1</script>').locator('a').click();
  };
  await openPixel();
  await page.getByRole('button', { name: 'Load it' }).click();
  await eventually(async () => asked, [{ url: '/pixel', referrer: '' }]);
  // For this mail, as long as the page is open.
  await page.reload();
  await page.getByText('Remote content is not loaded.').waitFor();
  await page.getByRole('button', { name: 'Always for app@shop.test' }).click();
  await page.getByText('Remote content is loaded.').waitFor();
  await page.reload();
  await page.getByText('Remote content is loaded.').waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'Always', exact: true }).click();
  await page.getByText('Remote content is loaded.').waitFor();
  assert.ok(asked.every(({ url, referrer }) => url === '/pixel' && referrer === ''));
  await page.context().close();
});

test('the page’s own policy lets no script of a mail run, and no frame of another host', async () => {
  const response = await fetch((await world.door('shop')).url);
  const policy = response.headers.get('content-security-policy') ?? '';
  assert.match(policy, /script-src 'nonce-[\w-]+'/);
  assert.match(policy, /; frame-ancestors 'self';$/);
  assert.doesNotMatch(policy.replace(/style-src[^;]*/, ''), /unsafe-(inline|eval)/);
  assert.equal(response.headers.get('referrer-policy'), 'no-referrer');
});

test('on a phone the mail begins within the first 200 px and fits the screen', async () => {
  const page = await world.open('shop', '', phone);
  for (const subject of ['wide', 'with parts']) {
    await row(page, subject).first().locator('a').tap();
    await eventually(() => page.locator('.head h1').textContent(), subject);
    const top = await page.locator('.stage, pre.text').evaluate(body => body.getBoundingClientRect().top);
    assert.ok(top <= 200, `${subject} begins at ${top}`);
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390);
    await page.getByRole('button', { name: 'Back to the list' }).tap();
  }
  await row(page, 'wide').locator('a').tap();
  const frame = page.locator('iframe.html');
  await eventually(() => frame.evaluate(element => Math.round(element.getBoundingClientRect().width)), 390);
  assert.equal(await frame.evaluate(element => element.clientWidth), 640 + 16);
  assert.ok(await fits(page));
  await page.getByRole('button', { name: 'How the mail is shown' }).tap();
  await page.getByRole('button', { name: 'Dark', exact: true }).tap();
  await eventually(async () => near(await colourIn(page, 0.9), [0x14, 0x17, 0x1d], 8), true);
  await page.context().close();
});
