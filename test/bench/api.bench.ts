/**
 * The API over mailboxes on disk, beside bare node:http with the same bytes. No request is repeated on an unchanged
 * mailbox: a mail comes before each, and the oldest goes.
 *
 *   MPCTL_BENCH_SIZES=500,10000,100000   which mailboxes
 *   MPCTL_BENCH_PARTS=requests,changes,neighbours,crowds,events
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendMail } from '../harness/smtp-talk.ts';
import { benchMail, markers } from './api-mail.ts';
import type { ApiCommands } from './api-process.ts';
import { atMost, type Figure, quantile, renderFigures, round, shown } from './figures.ts';

const sizes = (process.env.MPCTL_BENCH_SIZES ?? '500,10000,100000').split(',').map(Number);
const parts = (process.env.MPCTL_BENCH_PARTS ?? 'requests,changes,neighbours,crowds,events').split(',');
const dir = mkdtempSync(join(tmpdir(), 'mpb-'));

/** The serving process. */
class Server {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (value: unknown) => void>();
  #next = 0;

  constructor() {
    const execArgv = (process.env.MPCTL_BENCH_NODE ?? '').split(' ').filter(Boolean);
    this.#child = fork(join(import.meta.dirname, 'api-process.ts'), [dir], { execArgv });
    this.#child.on('message', (message: unknown) => {
      if (!Array.isArray(message)) return;
      this.#waiting.get(message[0])?.(message[1]);
      this.#waiting.delete(message[0]);
    });
  }

  ready(): Promise<unknown> {
    return new Promise(done => this.#child.once('message', done));
  }

  ask<Name extends keyof ApiCommands>(
    name: Name,
    ...args: Parameters<ApiCommands[Name]>
  ): Promise<Awaited<ReturnType<ApiCommands[Name]>>> {
    const id = this.#next++;
    this.#child.send([id, name, ...args]);
    return new Promise(done => this.#waiting.set(id, done as never));
  }

  end(): void {
    this.#child.disconnect();
  }
}

/** One kept connection; one request at a time. */
class Client {
  readonly #socket: net.Socket;
  #hear: (chunk: Buffer) => void = () => {};
  #closed: (error: Error) => void = () => {};

  constructor(name: string) {
    this.#socket = net
      .connect(join(dir, `${name}.sock`))
      .on('data', chunk => this.#hear(chunk))
      .on('close', () => this.#closed(new Error(`${name}: the connection was closed`)));
  }

  /** Resolves to the body, by its Content-Length. */
  ask(path: string, method = 'GET', body = ''): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      let got: Buffer = Buffer.alloc(0);
      let end = -1;
      let start = 0;
      this.#closed = reject;
      this.#hear = chunk => {
        got = got.length === 0 ? chunk : Buffer.concat([got, chunk]);
        if (end < 0) {
          start = got.indexOf('\r\n\r\n') + 4;
          if (start < 4) return;
          const head = got.toString('latin1', 0, start);
          end = start + Number(/content-length: (\d+)/i.exec(head)?.[1]);
          if (!head.startsWith('HTTP/1.1 200')) reject(new Error(`${path}: ${head}`));
        }
        if (got.length >= end) resolve(got.subarray(start, end));
      };
      const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
      this.#socket.write(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${length}\r\n${body}`);
    });
  }

  end(): void {
    this.#socket.destroy();
  }
}

type Times = { readonly p50: number; readonly p99: number };

/** Asks up to 400 times or for 1.2 s, 10 times at least, each after `before`. */
async function time(client: Client, path: () => string, before: () => Promise<unknown>): Promise<Times> {
  const times: number[] = [];
  const endMs = performance.now() + 1200;
  for (let i = -5; i < 400 && (performance.now() < endMs || i < 10); i++) {
    await before();
    const startedAtMs = performance.now();
    await client.ask(path());
    if (i >= 0) times.push(performance.now() - startedAtMs);
  }
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

const server = new Server();
await server.ready();
await server.ask('open', 'quiet');
const bare = new Client('bare');

type Goal = { readonly p50?: number; readonly p99?: number };

async function measure(
  name: string,
  client: Client,
  path: () => string,
  before: () => Promise<unknown>,
  goal: Goal = {},
): Promise<Figure[]> {
  await before();
  await server.ask('bare', (await client.ask(path())).toString('latin1'));
  const own = await time(client, path, before);
  const yardstick = await time(bare, () => '/', before);
  const beside = (key: 'p50' | 'p99') => `${round(yardstick[key])} ms, × ${round(own[key] / yardstick[key])}`;
  return (['p50', 'p99'] as const).map(key =>
    goal[key] === undefined
      ? shown(`${name}, ${key}`, `${round(own[key])} ms`, beside(key))
      : atMost(`${name}, ${key}`, own[key], goal[key], 'ms', beside(key)),
  );
}

async function requests(size: number): Promise<void> {
  const name = `m${size}`;
  const client = new Client(name);
  let number = size;
  const mail = () => server.ask('deliver', name, benchMail(number++ * 10 + 9));
  let id = await mail();
  const fresh = async () => {
    id = await mail();
  };
  const at = size === 500 ? 0 : size === 10_000 ? 1 : 2;
  const search = (query: string) => () => `/api/v1/search?query=${encodeURIComponent(query)}`;
  const applied = async () => {
    await fresh();
    await server.ask('settle', name);
  };
  const figures: Figure[] = [];
  // Who asks at the same moment as a mail comes waits until it is in the database, with the yardstick too.
  for (const [when, before] of [
    ['', applied],
    [' at once after a mail', fresh],
  ] as const) {
    const one = async (what: string, path: () => string, goal: Goal) =>
      figures.push(...(await measure(`${what}${when}`, client, path, before, goal)));
    await one('list', () => '/api/v1/messages', { p50: 0.3, p99: 1.5 });
    await one('list, middle page', () => `/api/v1/messages?start=${size / 2}`, { p50: 1 });
    await one('is:unread', search('is:unread'), { p50: [0.3, 0.5, 1.5][at] ?? 0 });
    await one('message', () => `/api/v1/message/${id}`, { p50: 0.3 });
    await one('raw', () => `/api/v1/message/${id}/raw`, { p50: 0.2 });
  }
  figures.push(
    ...(await measure('subject:', client, search('subject:cofa'), mail)),
    ...(await measure('from:', client, search('from:user7@'), mail)),
    ...(await measure('three words', client, search(markers.tenth.join(' ')), mail, {
      p50: [1, 20, 200][at] ?? 0,
    })),
    ...(await measure('a rare word', client, search(markers.rare), mail)),
    ...(await measure('a common word', client, search(markers.common), mail)),
  );
  const attached = async () => {
    id = await server.ask('attached', name);
  };
  await attached();
  figures.push(...(await measure('ten attachments', client, () => `/api/v1/message/${id}`, attached)));
  const closed = await time(
    client,
    () => '/api/v1/messages',
    () => server.ask('close', name),
  );
  figures.push(shown('list of a closed tenant, p50', `${round(closed.p50)} ms`));
  figures.push(shown('memory after', `${round((await server.ask('memory')) / 2 ** 20)} MiB`));
  console.log(renderFigures(`API, ${size} mails`, figures));
  client.end();
}

/** What holds the loop: the longest time since the last look, an idle process's taken off. */
async function changes(size: number): Promise<void> {
  const client = new Client(`m${size}`);
  await server.ask('held');
  await sleep(1000);
  const idleMs = await server.ask('held');
  const figures = [shown('idle', `${round(idleMs)} ms`)];
  const steps: [what: string, path: string, method: string, body: string][] = [
    ['three words', `/api/v1/search?query=${markers.tenth.join('%20')}`, 'GET', ''],
    ['a common word', `/api/v1/search?query=${markers.common}`, 'GET', ''],
    ['mark all read', '/api/v1/messages', 'PUT', '{"Read":true}'],
    ['mark a tenth unread', '/api/v1/messages', 'PUT', `{"Read":false,"Search":"${markers.tenth[0]}"}`],
    ['delete a tenth by search', `/api/v1/search?query=${markers.tenth[1]}`, 'DELETE', ''],
    ['delete all', '/api/v1/messages', 'DELETE', ''],
  ];
  for (const [what, path, method, body] of steps) {
    await server.ask('held');
    const startedAtMs = performance.now();
    await client.ask(path, method, body);
    const tookMs = performance.now() - startedAtMs;
    await sleep(300);
    const heldMs = Math.max(0, (await server.ask('held')) - idleMs);
    figures.push(atMost(`${what}: loop held`, heldMs, 25, 'ms', `took ${round(tookMs)} ms`));
  }
  console.log(renderFigures(`Changes, ${size} mails`, figures));
  client.end();
}

async function neighbours(): Promise<void> {
  for (const name of ['searched', 'flooded']) await server.ask('open', name);
  await server.ask('fill', 'searched', 10_000);
  const client = new Client('quiet');
  const mail = () => server.ask('deliver', 'quiet', benchMail(9));
  const figures = await measure('list alone', client, () => '/api/v1/messages', mail);
  const searcher = new Client('searched');
  let searching = true;
  const searches = (async () => {
    while (searching) await searcher.ask(`/api/v1/search?query=${markers.tenth.join('%20')}`);
  })();
  const list = () => measureOwn(client, () => '/api/v1/messages');
  figures.push(atMost('list while one searches, p99', (await list()).p99, 10, 'ms'));
  await server.ask('flood', 'flooded');
  figures.push(atMost('list while one searches and one floods, p99', (await list()).p99, 10, 'ms'));
  searching = false;
  await searches;
  figures.push(atMost('list while one floods, p99', (await list()).p99, 10, 'ms'));
  await server.ask('calm');
  console.log(renderFigures('Neighbours', figures));
  client.end();
  searcher.end();
}

const measureOwn = (client: Client, path: () => string) => time(client, path, () => sleep(3));

/** A neighbour asks for the same by many connections, each again when it has its answer. */
class Crowd {
  readonly #sockets: net.Socket[];

  constructor(name: string, size: number, path: string) {
    const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    this.#sockets = Array.from({ length: size }, () => {
      let left = 0;
      const socket = net.connect(join(dir, `${name}.sock`));
      socket.on('data', chunk => {
        if (left === 0) {
          const head = chunk.toString('latin1', 0, 1000);
          left = head.indexOf('\r\n\r\n') + 4 + Number(/content-length: (\d+)/i.exec(head)?.[1]);
        }
        left -= chunk.length;
        if (left === 0) socket.write(request);
      });
      socket.write(request);
      return socket;
    });
  }

  end(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

async function crowds(): Promise<void> {
  await server.ask('open', 'crowded');
  await server.ask('fill', 'crowded', 10_000);
  const client = new Client('quiet');
  const mail = async () => {
    const reply = await sendMail(join(dir, 'quiet.smtp'), 'beside a crowd');
    if (!reply?.startsWith('250')) throw new Error(`mail: ${reply}`);
  };
  const figures: Figure[] = [];
  const look = async (beside: string) => {
    const list = await measureOwn(client, () => '/api/v1/messages');
    const times: number[] = [];
    for (let i = 0; i < 30; i++) {
      const startedAtMs = performance.now();
      await mail();
      times.push(performance.now() - startedAtMs);
    }
    figures.push(
      shown(`list ${beside}`, `p50 ${round(list.p50)} ms`, `p99 ${round(list.p99)} ms`),
      shown(
        `a mail by SMTP, from connecting to its 250, ${beside}`,
        `p50 ${round(quantile(times, 0.5))} ms`,
        `slowest ${round(Math.max(...times))} ms`,
      ),
    );
  };
  await look('alone');
  const kinds = [
    [20, '/api/v1/messages?limit=1000', '20 lists of 1,000 at a time'],
    [30, '/api/v1/search?query=nowhere%20to%20be%20found', '30 searches at a time'],
  ] as const;
  for (const [size, path, what] of kinds) {
    const crowd = new Crowd('crowded', size, path);
    await sleep(500);
    await look(`beside ${what}`);
    crowd.end();
    await sleep(1000);
  }
  console.log(renderFigures('Beside a neighbour that asks for much', figures));
  client.end();
}

/** A thousand listeners that count when each mail has come to the last of them. */
async function events(): Promise<void> {
  await server.ask('open', 'watched');
  const arrivedAtMs = new Map<number, { count: number; lastMs: number }>();
  const sentAtMs = new Map<number, number>();
  const clients = Array.from({ length: 1000 }, () => {
    const socket = net.connect(join(dir, 'watched.sock'));
    socket.write(
      'GET /api/events HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    let rest = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      rest += chunk;
      for (const [, number] of rest.matchAll(/"Subject":"event (\d+)"/g)) {
        const entry = arrivedAtMs.get(Number(number)) ?? { count: 0, lastMs: 0 };
        arrivedAtMs.set(Number(number), { count: entry.count + 1, lastMs: performance.now() });
      }
      rest = rest.slice(rest.lastIndexOf('"Subject":"event') + 30).slice(-40);
    });
    return socket;
  });
  await sleep(1500);
  for (let number = 0; number < 500; number++) {
    sentAtMs.set(number, performance.now());
    void server.ask('deliver', 'watched', benchMail(number, `event ${number}`));
    await sleep(number % 2 === 0 ? 10 : 9);
  }
  await sleep(2000);
  const lags = [...arrivedAtMs]
    .filter(([, { count }]) => count === clients.length)
    .map(([number, { lastMs }]) => lastMs - (sentAtMs.get(number) ?? 0));
  console.log(
    renderFigures('Events: 1,000 listeners, 100 mails a second', [
      atMost('mails that not all heard of', 500 - lags.length, 0, ''),
      shown('at the last of them, p50', `${round(quantile(lags, 0.5))} ms`),
      atMost('at the last of them, slowest', Math.max(...lags), 250, 'ms', 'listeners are one process'),
    ]),
  );
  for (const client of clients) client.destroy();
}

for (const size of sizes) {
  if (!parts.includes('requests') && !parts.includes('changes')) break;
  // As many mails as there may be: each new one takes an old one away.
  await server.ask('open', `m${size}`, size);
  const startedAtMs = performance.now();
  await server.ask('fill', `m${size}`, size);
  console.error(`filled ${size} in ${round((performance.now() - startedAtMs) / 1000)} s`);
  if (parts.includes('requests')) await requests(size);
  if (parts.includes('changes')) await changes(size);
}
if (parts.includes('neighbours')) await neighbours();
if (parts.includes('crowds')) await crowds();
if (parts.includes('events')) await events();
bare.end();
server.end();
rmSync(dir, { recursive: true, force: true });
