/** Nobody is kept out: keyboard alone, touch alone, screen readers, large type, small screens, both themes. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { desktop, phone } from '../harness/browser.ts';
import {
  eventually,
  findBarriers,
  fixtureMail,
  InboxWorld,
  mailOf,
  openMail,
  row,
  subjects,
  topRow,
} from '../harness/inbox-world.ts';

let world: InboxWorld;
before(async () => {
  world = await InboxWorld.serving(
    'tenants: { shop: {}, keys: {}, rows: {}, frame: {}, touch: {}, fresh: {} }\n',
  );
  await world.send('shop', 30);
  await world.send('shop', [
    fixtureMail('attachment_emails/attachment_pdf.eml'),
    mailOf(
      'tagged',
      '<table width="600"><tr><td><img src="https://x.invalid/a.png" alt="a">Hello</td></tr></table>',
      'X-Tags: Red, Blue\r\n',
    ),
  ]);
  await world.send('keys', 30);
  await world.send('touch', 30);
});
after(() => world?.[Symbol.asyncDispose]());

test('everything is done by keyboard', async () => {
  const page = await world.open('keys');
  await eventually(() => topRow(page), 'mail 30');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const focused = () =>
    page.evaluate<string | undefined>("document.activeElement?.querySelector('.subject')?.textContent");
  await eventually(focused, 'mail 30');
  await page.keyboard.press('ArrowDown');
  await eventually(focused, 'mail 29');
  await page.keyboard.press('j');
  await eventually(focused, 'mail 28');
  await page.keyboard.press('x');
  await page.getByText('1 selected').waitFor();
  await page.keyboard.press('x');
  await page.keyboard.press('o');
  await eventually(() => page.locator('.head h1').textContent(), 'mail 28');
  await page.keyboard.press('3');
  await page.locator('.panel[data-tab=raw]').getByText('This is mail 28.').waitFor();
  await page.focus('#tab-raw');
  await page.keyboard.press('ArrowLeft');
  await eventually(() => page.evaluate('document.activeElement?.id'), 'tab-headers');
  await page.keyboard.press('Home');
  await eventually(() => page.evaluate('document.activeElement?.id'), 'tab-text');
  await page.keyboard.press('k');
  await eventually(() => page.locator('.head h1').textContent(), 'mail 29');
  await page.keyboard.press('#');
  await eventually(() => page.locator('.head h1').textContent(), 'mail 28');
  await page.keyboard.press('u');
  await eventually(focused, 'mail 28');
  await page.keyboard.press('End');
  await eventually(focused, 'mail 1');
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await keys.getByText('delete what is selected, else the message').waitFor();
  const ground = await page.evaluate(
    "getComputedStyle(document.querySelector('dialog[open]')).backgroundColor",
  );
  assert.equal(ground, await page.evaluate('getComputedStyle(document.body).backgroundColor'));
  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  assert.equal(await page.evaluate('document.activeElement?.id'), 'search');
  await page.keyboard.type('subject:"mail 17"');
  await eventually(() => subjects(page), ['mail 17']);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await eventually(() => topRow(page), 'mail 30');
  await page.context().close();
});

test('what goes from under the keyboard leaves it in the list: by key, and by button', async () => {
  await world.send('rows', 12);
  const page = await world.open('rows');
  await eventually(() => topRow(page), 'mail 12');
  const focused = () =>
    page.evaluate<string | undefined>(
      "document.activeElement?.closest('.row')?.querySelector('.subject')?.textContent",
    );
  for (const key of 'jxjxjx') await page.keyboard.press(key);
  await page.getByText('3 selected').waitFor();
  await page.keyboard.press('#');
  await page.locator('output.notice', { hasText: '3 messages deleted' }).waitFor();
  await eventually(() => topRow(page), 'mail 9');
  await eventually(focused, 'mail 9');
  await page.locator('.counts', { hasText: '9 unread' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await eventually(focused, 'mail 8');
  await page.keyboard.press('#');
  await eventually(focused, 'mail 7');
  await page.locator('.counts', { hasText: '8 unread' }).waitFor();
  await page.keyboard.press('x');
  await page.getByRole('button', { name: 'Delete', exact: true }).press('Enter');
  await eventually(focused, 'mail 6');
  await page.locator('.counts', { hasText: '7 unread' }).waitFor();
  await page.keyboard.press('j');
  await eventually(focused, 'mail 5');
  await page.context().close();
});

test('a click into a mail leaves the page its keys, and copies what is marked', async () => {
  await world.send('frame', [
    mailOf('below'),
    mailOf('in a frame', '<p>First line</p><p>Second line</p><a href="https://x.invalid">Link</a>'),
  ]);
  const page = await world.open('frame', '', { ...desktop, permissions: ['clipboard-read'] });
  await openMail(page, 'in a frame');
  const frame = page.frameLocator('iframe.html');
  await frame.getByText('Second line').dblclick({ position: { x: 20, y: 9 } });
  // The focus is on its way to another process while a person moves the finger.
  await page.keyboard.down('Control');
  await eventually(async () => {
    await page.keyboard.press('c');
    return page.evaluate('navigator.clipboard.readText()');
  }, 'Second');
  await page.keyboard.up('Control');
  await eventually(() => page.evaluate('document.activeElement.className'), 'message');
  await frame.getByText('First line').click();
  await eventually(() => page.evaluate('document.activeElement.className'), 'message');
  await page.keyboard.press('j');
  await eventually(() => page.locator('.head h1').textContent(), 'below');
  // Who goes in by keyboard stays in.
  await page.keyboard.press('k');
  await eventually(() => page.locator('.head h1').textContent(), 'in a frame');
  await page.getByLabel('Images').focus();
  await page.keyboard.press('Tab');
  await eventually(() => page.evaluate('document.activeElement.className'), 'html');
  await page.waitForTimeout(50);
  assert.equal(await page.evaluate('document.activeElement.className'), 'html');
  await page.context().close();
});

test('the list is one Tab stop', async () => {
  const page = await world.open('keys');
  await eventually(() => topRow(page), 'mail 30');
  assert.equal(await page.locator('.rows [tabindex="0"]').count(), 1);
  await page.locator('.rows a[tabindex="0"]').focus();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate("document.activeElement?.closest('.rows') === null"), true);
  await page.context().close();
});

test('everything is done by touch', async () => {
  const page = await world.open('touch', '', phone);
  await eventually(() => topRow(page), 'mail 30');
  await row(page, 'mail 29').locator('.tick').tap();
  await row(page, 'mail 27').locator('.tick').tap();
  await page.getByText('2 selected').waitFor();
  await page.getByRole('button', { name: 'Delete', exact: true }).tap();
  await eventually(async () => (await subjects(page)).slice(0, 3), ['mail 30', 'mail 28', 'mail 26']);
  await row(page, 'mail 28').locator('a').tap();
  await eventually(() => page.locator('.head h1').textContent(), 'mail 28');
  await page.getByRole('button', { name: 'Older message' }).tap();
  await eventually(() => page.locator('.head h1').textContent(), 'mail 26');
  await page.getByRole('button', { name: 'Delete', exact: true }).tap();
  await eventually(() => page.locator('.head h1').textContent(), 'mail 25');
  await page.getByRole('button', { name: 'Back to the list' }).tap();
  await page.getByRole('button', { name: 'Menu' }).tap();
  await page.getByRole('link', { name: 'Settings' }).tap();
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  await page.context().close();
});

/** What a finger must hit and is smaller than 44 px. Links within a line of text are text. */
const tooSmall = `[...document.querySelectorAll('button, a, input, select, summary, label.tick')]
  .filter(one => one.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true }))
  .filter(one => !one.closest('.skip, .spoken, dialog:not([open])') && !(one.matches('input[type=checkbox]') && one.closest('label')))
  .filter(one => !(one.matches('p a, dd a, pre a, li a.inline, .part a, .address a')))
  .map(one => [one, one.getBoundingClientRect()])
  .filter(([, { width, height }]) => width > 0 && (height < 43.5 || width < 43.5))
  .map(([one, { width, height }]) => one.outerHTML.slice(0, 80) + ' ' + Math.round(width) + '×' + Math.round(height))`;

/** Two at a time: each browser window is a process of its own. */
describe('with every page looked at by axe', { concurrency: 2 }, () => {
  for (const [device, options] of Object.entries({ desktop, phone })) {
    for (const colorScheme of ['light', 'dark'] as const) {
      test(`nothing keeps people out: ${device}, ${colorScheme}`, async () => {
        const page = await world.open('shop', '', { ...options, colorScheme });
        const look = async (what: string) => {
          assert.deepEqual(await findBarriers(page), [], what);
          if (device === 'phone') assert.deepEqual(await page.evaluate(tooSmall), [], what);
        };
        const faults: string[] = [];
        page.on('console', message => {
          if (message.type() === 'error' && !message.text().includes('x.invalid'))
            faults.push(message.text());
        });
        await page.locator('.row a').first().waitFor();
        await page.locator('.keeps').waitFor({ state: 'attached' });
        await look('list');
        await page.locator('.row .tick').first().click();
        await look('selection');
        await page.getByRole('button', { name: 'Clear selection' }).click();
        await page.getByRole('button', { name: 'Go to date' }).click();
        await page.locator('dialog[open]').waitFor();
        await look('dates');
        await page.keyboard.press('Escape');
        await page.fill('#search', 'before:');
        await page.locator('#search-faults').waitFor();
        await look('search with a fault');
        await page.fill('#search', 'a');
        await page.getByRole('option').first().waitFor();
        await look('suggestions');
        await page.fill('#search', '');
        await row(page, 'tagged').waitFor();
        await openMail(page, 'tagged');
        for (const tab of ['html', 'source', 'text', 'headers', 'raw', 'parts']) {
          await page.click(`#tab-${tab}`);
          await look(tab);
        }
        await page.click('.people summary');
        await look('unfolded head');
        await page.click('.bar [aria-label="Older message"]');
        await page.locator('.files').waitFor();
        await look('attachment');
        const base = (await world.door('shop')).url;
        for (const side of ['send', 'settings', 'about', 'api']) {
          await page.goto(`${base}?page=${side}`);
          await page.locator('.sheet h1').waitFor();
          await look(side);
        }
        await page.goto((await world.door('fresh')).url);
        await page.locator('.copy-box').first().waitFor();
        await look('empty inbox');
        assert.deepEqual(faults, [], 'the browser has nothing to complain of');
        await page.context().close();
      });
    }
  }
});

/** Controls that are there and cannot be seen whole, nor be scrolled to. */
const cutOff = `[...document.querySelectorAll('button, a, input, select, summary')]
  .filter(one => one.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true }) && !one.closest('.spoken, .skip, .rows, .tag-nav, .tabs'))
  .map(one => [one, one.getBoundingClientRect()])
  .filter(([, { left, right, width }]) => width > 1 && (left < 0 || right > innerWidth))
  .map(([one]) => one.outerHTML.slice(0, 80))`;

/** What lies under or over the line about the connection. */
const overConnection = `(() => {
  const line = document.querySelector('.connection').getBoundingClientRect();
  return [...document.querySelectorAll('.top button, .top a, .top input, .bar button')]
    .filter(one => one.checkVisibility({ checkVisibilityCSS: true }) && !one.closest('.connection, .skip'))
    .map(one => [one, (one.querySelector('svg') ?? one).getBoundingClientRect()])
    .filter(([, { left, right, top, bottom }]) => left < line.right && right > line.left && top < line.bottom && bottom > line.top)
    .map(([one]) => one.outerHTML.slice(0, 80));
})()`;

test('at 320 px, at 200 % and without motion everything is there', async () => {
  const page = await world.open('shop', '', {
    viewport: { width: 320, height: 640 },
    reducedMotion: 'reduce',
  });
  const base = (await world.door('shop')).url;
  for (const place of ['', 'view/latest', '?page=send', '?page=settings', '?page=api', 'search?q=before:x']) {
    await page.goto(base + place);
    await page.locator('.row a, .head h1, .sheet h1').first().waitFor({ state: 'attached' });
    await page.locator('.connection').waitFor();
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320, place);
    assert.deepEqual(await page.evaluate(overConnection), [], place);
  }
  // A window of 1440 × 900 at 200 %.
  await page.setViewportSize({ width: 720, height: 450 });
  for (const place of ['', 'view/latest', 'view/latest?tab=source', '?page=send', '?page=settings']) {
    await page.goto(base + place);
    await page.locator('.row a, .head h1, .sheet h1').first().waitFor({ state: 'attached' });
    assert.deepEqual(await page.evaluate(cutOff), [], place);
  }
  const moving = `[...document.querySelectorAll('*')].filter(one => getComputedStyle(one).animationName !== 'none').length`;
  assert.equal(await page.evaluate(moving), 0);
  await page.setViewportSize({ width: 3440, height: 1440 });
  await page.goto(base);
  await row(page, 'tagged').waitFor();
  assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 3440);
  await page.context().close();
});

test('what happens is announced', async () => {
  const page = await world.open('shop');
  await page.locator('.connection.live').waitFor();
  const regions = await page.locator('output').count();
  assert.ok(regions >= 3);
  await world.send('shop', [mailOf('spoken 1'), mailOf('spoken 2')]);
  await page.locator('.arrivals', { hasText: /new message/ }).waitFor({ state: 'attached' });
  await page.locator('.row .tick').first().click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.locator('output.notice', { hasText: '1 message deleted' }).waitFor();
  await page.context().close();
});
