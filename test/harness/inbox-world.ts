/** A real fleet, a browser, and what tests of the inbox page do with both. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type Door, desktop, openBrowser, openDoor } from './browser.ts';
import { Fleet } from './fleet.ts';
import { SmtpTalk } from './smtp-talk.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export class InboxWorld implements AsyncDisposable {
  readonly fleet: Fleet;
  readonly browser: Browser;
  readonly #doors = new Map<string, Door>();

  constructor(fleet: Fleet, browser: Browser) {
    this.fleet = fleet;
    this.browser = browser;
  }

  static async serving(tenantsYaml: string): Promise<InboxWorld> {
    const fleet = await Fleet.serving(tenantsYaml);
    return new InboxWorld(fleet, await openBrowser());
  }

  /** The TCP address of a tenant's HTTP socket. */
  async door(tenant: string): Promise<Door> {
    const door = this.#doors.get(tenant) ?? (await openDoor(this.fleet.socketPath(tenant, 'http')));
    this.#doors.set(tenant, door);
    return door;
  }

  /** A page in a context of its own. */
  async open(tenant: string, path = '', options: BrowserContextOptions = desktop): Promise<Page> {
    const context = await this.browser.newContext(options);
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    await page.goto((await this.door(tenant)).url + path);
    return page;
  }

  /** Sends these mails, or that many of `mail(subject)`, in one session. */
  async send(tenant: string, what: number | string | readonly string[], from = 1): Promise<void> {
    const mails =
      typeof what === 'number'
        ? Array.from({ length: what }, (_, i) => mailOf(`mail ${from + i}`))
        : [what].flat();
    using talk = new SmtpTalk(this.fleet.socketPath(tenant, 'smtp'));
    await talk.reply();
    await talk.say('EHLO client');
    for (const mail of mails) {
      for (const line of ['MAIL FROM:<a@shop.test>', 'RCPT TO:<dana@client.test>', 'DATA'])
        await talk.say(line);
      assert.match((await talk.say(`${mail.replace(/^\./gm, '..')}.`)) ?? '', /^250/);
    }
  }

  /** GET on a tenant's API, as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: a test knows what it asked for
  async api(tenant: string, path: string): Promise<any> {
    return JSON.parse((await this.fleet.get(tenant, `/api/v1/${path}`)).body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    for (const door of this.#doors.values()) await door[Symbol.asyncDispose]();
    await this.fleet[Symbol.asyncDispose]();
  }
}

/** A mail with lines ended, for SMTP: its text, or HTML. */
export function mailOf(subject: string, html?: string, headers = ''): string {
  const head = `From: Shop <app@shop.test>\r\nTo: dana@client.test\r\nSubject: ${subject}\r\n${headers}`;
  return html === undefined
    ? `${head}\r\nThis is ${subject}.\r\n`
    : `${head}MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${html}\r\n`;
}

/** A mail of the fixtures, with lines ended as SMTP wants them. */
export function fixtureMail(name: string): string {
  const text = readFileSync(new URL(`../fixtures/mail/${name}`, import.meta.url), 'latin1');
  return `${text.replace(/\r?\n/g, '\r\n').replace(/(\r\n)*$/, '')}\r\n`;
}

export const subjects = (page: Page) => page.locator('.row .subject').allTextContents();
export const row = (page: Page, subject: string) =>
  page.locator('.row', { has: page.getByText(subject, { exact: true }) });
export const topRow = (page: Page) => page.locator('.row[data-offset="0"] .subject').textContent();
export const scrollTop = (page: Page) => page.locator('.rows').evaluate(element => element.scrollTop);
export const scrollTo = (page: Page, to: number) =>
  page.locator('.rows').evaluate((element, top) => {
    element.scrollTop = top;
  }, to);

/** Opens a mail of the list and waits for it. */
export async function openMail(page: Page, subject: string): Promise<void> {
  await row(page, subject).first().locator('a').click();
  await eventually(() => page.locator('.head h1').textContent(), subject);
}

/** Resolves when the page says so, else fails with what it shows instead. */
export async function eventually<T>(read: () => Promise<T>, expected: T): Promise<void> {
  const giveUpAtMs = performance.now() + 15_000;
  let seen = await read();
  while (JSON.stringify(seen) !== JSON.stringify(expected) && performance.now() < giveUpAtMs) {
    await new Promise(done => setTimeout(done, 30));
    seen = await read();
  }
  assert.deepEqual(seen, expected);
}

/** What axe finds on the page, but for the content of mails. */
export async function findBarriers(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(`axe.run({ iframes: false, resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' | ')))`);
}
