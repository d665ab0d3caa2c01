/** The list: what it shows, how one moves in it, and that it never loses the place. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desktop } from '../harness/browser.ts';
import {
  eventually,
  InboxWorld,
  mailOf,
  openMail,
  row,
  scrollTo,
  scrollTop,
  subjects,
  topRow,
} from '../harness/inbox-world.ts';
import { openOtherVersion } from '../harness/other-version.ts';

let world: InboxWorld;
before(async () => {
  world = await InboxWorld.serving(`tenants:
  shop: { label: Shop staging }
  old: { maxMessages: 0 }
  fresh: {}
  few: { maxMessages: 5 }
  tagged: {}
`);
  await world.send('shop', 40);
});
after(() => world?.[Symbol.asyncDispose]());

test('mail is listed, opened and shown in every view; reload and Back keep the place', async () => {
  const page = await world.open('shop');
  await eventually(() => topRow(page), 'mail 40');
  assert.match((await page.locator('.bar .count').textContent()) ?? '', /40 messages · 40 unread/);
  assert.match(await page.title(), /Shop staging/);
  await openMail(page, 'mail 38');
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
  await eventually(
    () => page.evaluate<string | undefined>("document.activeElement?.querySelector('.subject')?.textContent"),
    'mail 38',
  );

  await scrollTo(page, 900);
  await page.waitForURL(/start=15/);
  await page.reload();
  await eventually(() => scrollTop(page), 900);
  await page.context().close();
});

test('Back, Forward and a reload leave the keyboard where it was', async () => {
  const page = await world.open('shop');
  const focused = () =>
    page.evaluate<string>(
      "document.activeElement.closest('.row')?.querySelector('.subject').textContent ?? document.activeElement.className",
    );
  await eventually(() => topRow(page), 'mail 40');
  await scrollTo(page, 900);
  await page.waitForURL(/start=15/);
  await row(page, 'mail 20').locator('a').focus();
  await page.reload();
  await eventually(focused, 'mail 20');
  assert.equal(await scrollTop(page), 900);
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.locator('.sheet h1').waitFor();
  await page.goBack();
  await eventually(focused, 'mail 20');
  // Read ahead while the pointer is on it, so that it opens at once.
  await openMail(page, 'mail 19');
  await eventually(focused, 'message');
  await page.goBack();
  await eventually(focused, 'mail 19');
  await page.goForward();
  await eventually(focused, 'message');
  assert.equal(await page.locator('.head h1').textContent(), 'mail 19');
  await page.context().close();
});

test('view/latest is the newest mail, and what is not there says so', async () => {
  const page = await world.open('shop', 'view/latest');
  await eventually(() => page.locator('.head h1').textContent(), 'mail 40');
  await page.goto(`${(await world.door('shop')).url}view/nobody`);
  await page.getByText('This message is not here').waitFor();
  await page.getByRole('link', { name: 'To the inbox' }).click();
  await eventually(() => page.locator('article').count(), 0);
  await page.context().close();
});

test('an address that names nothing says so, and leads back', async () => {
  const page = await world.open('shop', 'view/a/b');
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  await page.getByRole('link', { name: 'To the inbox' }).click();
  await eventually(() => page.locator('.sheet').count(), 0);
  // Outside of what the page itself answers for.
  for (const path of ['settings', 'nonsense/path']) {
    await page.goto((await world.door('shop')).url + path);
    await page.getByRole('heading', { name: '404' }).waitFor();
    await page.getByRole('link', { name: 'To the inbox' }).click();
    await page.locator('.row a').first().waitFor();
  }
  await page.context().close();
});

test('the first rows come with the page, and what came after them is not missed', async () => {
  const { url } = await world.door('shop');
  await using slow = await openOtherVersion(url, {
    rewrite: async (path, body) => {
      if (path === '/') await world.send('shop', mailOf('between page and line'));
      return body;
    },
  });
  const page = await world.open('shop', '?page=about');
  const asked: string[] = [];
  page.on('request', request => asked.push(new URL(request.url()).pathname));
  await page.goto(slow.url);
  await eventually(() => topRow(page), 'between page and line');
  assert.ok(asked.includes('/api/v1/changes'));
  assert.ok(!asked.includes('/api/v1/messages'));
  const { body } = await world.fleet.get('shop', '/');
  assert.doesNotMatch(body, /first-rows/, 'who only looks whether somebody answers opens no mailbox');
  await page.context().close();
});

test('a link to an old mail shows its neighbours, in a search too', async () => {
  await world.send('old', 160);
  const { messages } = await world.api('old', 'messages?start=120&limit=1');
  const page = await world.open('old', `view/${messages[0].ID}`);
  await eventually(() => page.locator('.head h1').textContent(), 'mail 40');
  await row(page, 'mail 40').and(page.locator('.open')).waitFor();
  await page.keyboard.press('j');
  await eventually(() => page.locator('.head h1').textContent(), 'mail 39');
  await page.keyboard.press('k');
  await page.keyboard.press('k');
  await eventually(() => page.locator('.head h1').textContent(), 'mail 41');

  // Beyond the rows that came with the page, and the list goes along.
  await page.goto((await world.door('old')).url);
  await openMail(page, 'mail 160');
  for (let i = 0; i < 49; i++) await page.keyboard.press('j');
  await eventually(() => page.locator('.head h1').textContent(), 'mail 111');
  await eventually(() => page.locator('.bar [aria-label="Older message"]').isEnabled(), true);
  await page.keyboard.press('j');
  await row(page, 'mail 110').and(page.locator('.open')).waitFor();

  const found = await world.api('old', 'search?query=subject:mail&start=100&limit=1');
  await page.goto(`${(await world.door('old')).url}view/${found.messages[0].ID}?q=subject%3Amail`);
  await row(page, 'mail 60').and(page.locator('.open')).waitFor();
  await page.keyboard.press('j');
  await eventually(() => page.locator('.head h1').textContent(), 'mail 59');
  await page.context().close();
});

test('first, last and any day are one click away', async () => {
  const page = await world.open('old');
  await eventually(() => topRow(page), 'mail 160');
  await page.getByRole('button', { name: 'Oldest' }).click();
  await row(page, 'mail 1').waitFor();
  await page.getByRole('button', { name: 'Newest' }).click();
  await eventually(() => topRow(page), 'mail 160');
  await page.getByRole('button', { name: 'Oldest' }).click();
  await row(page, 'mail 1').waitFor();
  await page.getByRole('button', { name: 'Go to date' }).click();
  const today = page.getByRole('button', { name: /: 160 messages/ });
  await today.click();
  await eventually(() => scrollTop(page), 0);
  await page.getByRole('button', { name: 'Go to date' }).click();
  await page.getByRole('button', { name: 'Go', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.context().close();
});

test('the keyboard goes to the end of a long list, and waits there for what is not known yet', async () => {
  const page = await world.open('old');
  await eventually(() => topRow(page), 'mail 160');
  const focused = () =>
    page.evaluate<string>(
      "document.activeElement.closest('.row')?.querySelector('.subject').textContent ?? document.activeElement.className",
    );
  // From where one has scrolled to, not from the top.
  await scrollTo(page, 1200);
  await row(page, 'mail 140').waitFor();
  await page.keyboard.press('j');
  await eventually(focused, 'mail 140');
  let answer = () => {};
  const held = new Promise<void>(done => {
    answer = done;
  });
  await page.route('**/api/v1/messages*', async route => {
    await held;
    await route.fallback();
  });
  await page.keyboard.press('End');
  await page.locator('.row.gap').first().waitFor();
  await eventually(focused, 'rows');
  answer();
  await eventually(focused, 'mail 1');
  await page.keyboard.press('ArrowUp');
  await eventually(focused, 'mail 2');
  await page.context().close();
});

test('nothing moves while mail pours in, until one asks for it', async () => {
  const page = await world.open('shop');
  await row(page, 'mail 39').waitFor();
  await scrollTo(page, 600);
  await page.waitForURL(/start=10/);
  const before = await subjects(page);
  await world.send('shop', 25, 100);
  await eventually(() => page.locator('.pill').textContent(), '25 new');
  assert.deepEqual(await subjects(page), before);
  assert.equal(await scrollTop(page), 600);
  await page.click('.pill');
  await eventually(() => topRow(page), 'mail 124');
  // At the top it follows, and says so to who cannot see it.
  await page.mouse.move(0, 0);
  await world.send('shop', 1, 125);
  await eventually(() => topRow(page), 'mail 125');
  await page.locator('.arrivals', { hasText: /new message/ }).waitFor({ state: 'attached' });
  await page.context().close();
});

test('at the top no row slides away under the pointer, nor under a selection', async () => {
  const page = await world.open('shop');
  const newest = (await topRow(page)) ?? '';
  await row(page, newest).first().locator('a').hover();
  await world.send('shop', 1, 201);
  await eventually(() => page.locator('.pill').textContent(), '1 new');
  assert.equal(await topRow(page), newest);
  await page.mouse.move(0, 0);
  await eventually(() => topRow(page), 'mail 201');
  await page.locator('.pill').waitFor({ state: 'detached' });
  await row(page, 'mail 201').locator('.tick').click();
  await page.mouse.move(0, 0);
  await world.send('shop', 1, 202);
  await eventually(() => page.locator('.pill').textContent(), '1 new');
  assert.equal(await topRow(page), 'mail 201');
  await page.getByRole('button', { name: 'Clear selection' }).click();
  await eventually(() => topRow(page), 'mail 202');
  await page.context().close();
});

test('a search comes as one types, is live, has an address and names what it cannot read', async () => {
  const page = await world.open('shop');
  await page.fill('#search', 'subject:"mail 33"');
  await eventually(() => subjects(page), ['mail 33']);
  assert.match(page.url(), /search\?q=/);
  await world.send('shop', mailOf('mail 33'));
  await eventually(() => subjects(page), ['mail 33', 'mail 33']);
  await page.reload();
  await eventually(() => subjects(page), ['mail 33', 'mail 33']);
  await page.fill('#search', 'before:soon');
  await page.getByText('before:soon has no date that can be read').waitFor();
  await page.fill('#search', '');
  await eventually(() => topRow(page), 'mail 33');
  await page.context().close();
});

test('operators, tags and addresses are suggested, by keyboard too', async () => {
  await world.send('shop', mailOf('tagged', undefined, 'X-Tags: Invoices\r\n'));
  const page = await world.open('shop');
  await row(page, 'tagged').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('ta');
  await page.locator('#suggestions').getByText('tag:', { exact: false }).first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await eventually(() => page.inputValue('#search'), 'tag:');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await eventually(() => subjects(page), ['tagged']);
  await page.fill('#search', 'from:');
  await page.getByRole('option', { name: 'from:app@shop.test' }).click();
  await page.waitForURL(/from%3Aapp/);
  await page.context().close();
});

test('tags filter, are edited, renamed and removed', async () => {
  await world.send('fresh', [mailOf('one', undefined, 'X-Tags: Red\r\n'), mailOf('two')]);
  const page = await world.open('fresh');
  await page.locator('.tag-nav').getByText('Red').click();
  await eventually(() => subjects(page), ['one']);
  await page.locator('.tag-nav').getByText('Red').click();
  await eventually(() => subjects(page), ['two', 'one']);
  await openMail(page, 'two');
  await page.getByRole('button', { name: 'Edit tags' }).click();
  await page.getByLabel('Tags, separated by commas').fill('Blue, Red');
  await page.keyboard.press('Enter');
  await page.getByText('Tags saved').waitFor();
  // Whoever goes on writes behind what is there; what the server would make another tag is refused.
  await page.getByRole('button', { name: 'Edit tags' }).click();
  await page.keyboard.type('täg');
  await page.keyboard.press('Enter');
  await page.getByText('Up to 100 of').waitFor();
  for (let i = 0; i < 3; i++) await page.keyboard.press('Backspace');
  await page.keyboard.type('a@b.test');
  await page.keyboard.press('Enter');
  await eventually(async () => (await world.api('fresh', 'tags')).toSorted(), ['Blue', 'Red', 'a@b.test']);
  await page.getByRole('button', { name: 'Edit tags' }).click();
  await page.getByLabel('Tags, separated by commas').fill('Blue, Red');
  await page.keyboard.press('Enter');
  await eventually(() => page.locator('.tag-nav .tag').allTextContents(), ['Blue', 'Red']);
  await eventually(() => row(page, 'two').locator('.tag').allTextContents(), ['Blue', 'Red']);

  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByLabel('New name of Blue').fill('Red');
  await page.getByText('There is a tag of that name.').waitFor();
  await page.getByLabel('New name of Blue').fill('Green');
  await page.keyboard.press('Enter');
  await eventually(() => page.locator('.tag-nav .tag').allTextContents(), ['Green', 'Red']);
  await page.getByRole('button', { name: 'Remove the tag Red' }).click();
  await page.getByRole('button', { name: 'Really remove?' }).click();
  await eventually(() => page.locator('.tag-nav .tag').allTextContents(), ['Green']);
  await page.getByLabel('Colours of tags').uncheck();
  await eventually(() => page.locator('.tag.coloured').count(), 0);
  await page.context().close();
});

test('a tag that no mail has any more is offered no more', async () => {
  await world.send('tagged', [
    mailOf('one', undefined, 'X-Tags: Red\r\n'),
    mailOf('two', undefined, 'X-Tags: Blue\r\n'),
  ]);
  const page = await world.open('tagged');
  await page.locator('.connection.live').waitFor();
  const tags = () => page.locator('.tag-nav .tag').allTextContents();
  await eventually(tags, ['Blue', 'Red']);
  await openMail(page, 'two');
  const { messages } = await world.api('tagged', 'messages');
  const remove = async (body: object) =>
    fetch(`${(await world.door('tagged')).url}api/v1/messages`, {
      method: 'DELETE',
      body: JSON.stringify(body),
    });
  await remove({ IDs: [messages[1].ID] });
  await eventually(tags, ['Blue']);
  await remove({});
  await eventually(tags, []);
  await page.locator('.list').getByText('No mail yet').waitFor();
  await page.context().close();
});

test('a selection acts on what it says, and deleting everything is asked for', async () => {
  const page = await world.open('fresh');
  await row(page, 'one').waitFor();
  await page.getByRole('button', { name: 'Delete all' }).click();
  await page.locator('dialog').getByRole('button', { name: 'Delete all' }).click();
  await page.getByText('No mail yet').waitFor();
  await page.getByRole('button', { name: 'Send a test mail' }).click();
  await eventually(() => subjects(page), ['A first mail']);
  await page.mouse.move(0, 0);
  await world.send('fresh', 45);
  await eventually(() => topRow(page), 'mail 45');
  await row(page, 'mail 44').locator('.tick').click();
  await row(page, 'mail 42')
    .locator('.tick')
    .click({ modifiers: ['Shift'] });
  await page.getByText('3 selected').waitFor();
  await scrollTo(page, 2000);
  await page.getByText('3 selected, 3 not in view').waitFor();
  await scrollTo(page, 0);
  await page.getByRole('button', { name: 'Mark read' }).click();
  await eventually(() => row(page, 'mail 44').getAttribute('class'), 'row');
  await row(page, 'mail 44').locator('.tick').click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await eventually(async () => (await subjects(page)).slice(0, 2), ['mail 45', 'mail 43']);
  await page.getByRole('button', { name: 'Mark all read' }).click();
  await page.locator('dialog').getByRole('button', { name: 'Mark all read' }).click();
  await eventually(() => page.locator('.row.unread').count(), 0);
  await page.getByRole('button', { name: 'Delete all' }).click();
  await page.keyboard.press('Escape');
  assert.equal(await topRow(page), 'mail 45');
  await page.context().close();
});

test('what is kept and what was dropped is said', async () => {
  await world.send('few', 7);
  const page = await world.open('few');
  await page.locator('.keeps', { hasText: 'keeps the newest 5 · 2 dropped today' }).waitFor();
  await world.send('few', 1, 8);
  await page.locator('.keeps', { hasText: '3 dropped today' }).waitFor();
  await eventually(async () => (await subjects(page)).length, 5);
  await page.context().close();
});

test('unread shows in the title and on the icon', async () => {
  const page = await world.open('few', '', desktop);
  await eventually(() => page.title(), '(5) few');
  await page.locator('link[rel=icon][href*="%3E5%3C"]').waitFor({ state: 'attached' });
  await page.context().close();
});
