/** Mailpit's own npm client drives every method of it, through the socket and over TCP; the conformance suite plays on a fleet. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MailpitClient } from 'mailpit-api';
import { operations } from '../../libs/inbox-api/api-description.ts';
import { Fleet } from '../harness/fleet.ts';
import { freePorts } from '../harness/free-port.ts';
import { sendMail } from '../harness/smtp-talk.ts';

let fleet: Fleet;
let port: number;
let playedPort: number;
let smtpPort: number;
before(async () => {
  [port = 0, playedPort = 0, smtpPort = 0] = await freePorts(3);
  fleet = await Fleet.serving(`defaults: { maxMessages: 0 }
tenants:
  alpha:
    enableChaos: true
    listeners:
      web: { protocol: http, bind: "127.0.0.1:${port}" }
  beta: {}
  played:
    listeners:
      web: { protocol: http, bind: "127.0.0.1:${playedPort}" }
      mail: { protocol: smtp, bind: "127.0.0.1:${smtpPort}" }
`);
});
after(async () => {
  await fleet[Symbol.asyncDispose]();
});

/** `fetch` by way of a unix socket, as far as the client needs it. */
function fetchThrough(socketPath: string): typeof fetch {
  return (input, init = {}) =>
    new Promise((resolve, reject) => {
      const url = new URL(String(input));
      const options = {
        socketPath,
        path: url.pathname + url.search,
        method: init.method ?? 'GET',
        agent: false,
      };
      const headers = { Host: url.host, ...Object.fromEntries(new Headers(init.headers)) };
      const body = init.body as string | undefined;
      const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
      request({ ...options, headers: { ...headers, ...length } }, response => {
        const chunks: Buffer[] = [];
        response.on('data', chunk => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status = 0, headers: answered } = response;
          resolve(
            new Response(Buffer.concat(chunks), { status, headers: answered as Record<string, string> }),
          );
        });
      })
        .on('error', reject)
        .end(body);
    });
}

/** Every method of the client, in an order in which each has something to do. */
async function drive(client: MailpitClient): Promise<void> {
  await client.deleteMessages();
  const sent = await client.sendMessage({
    From: { Email: 'a@example.com', Name: 'Ann' },
    To: [{ Email: 'b@example.com' }],
    Subject: 'Welcome',
    Text: 'Hello ünï',
    HTML: '<p>Hello <a href="https://example.com">ünï</a> <img src="cid:logo"></p>',
    Attachments: [
      { Content: Buffer.from('attached').toString('base64'), Filename: 'a.txt' },
      {
        Content: Buffer.from('png').toString('base64'),
        Filename: 'l.png',
        ContentType: 'image/png',
        ContentID: 'logo',
      },
    ],
    Headers: { 'X-Own': 'yes' },
    Tags: ['one', 'two'],
  });
  const id = sent.ID;
  assert.match(id, /^[0-9A-Za-z]{22}$/);

  assert.match((await client.getInfo()).Version, /^v1\.30\.5/);
  assert.equal((await client.getConfiguration()).ChaosEnabled, true);
  const { messages, total, unread } = await client.listMessages();
  assert.deepEqual([messages[0]?.ID, total, unread], [id, 1, 1]);
  assert.equal((await client.searchMessages({ query: 'subject:welcome is:unread' })).messages_count, 1);
  assert.equal((await client.waitForMessage({ query: 'from:ann' }, { interval: 20, timeout: 5000 })).ID, id);

  const message = await client.getMessageSummary(id);
  assert.deepEqual(
    [message.Subject, message.Text.trim(), message.Tags],
    ['Welcome', 'Hello ünï', ['one', 'two']],
  );
  assert.equal((await client.getMessageSummary()).ID, id);
  assert.deepEqual((await client.getMessageHeaders(id))['X-Own'], ['yes']);
  assert.match(await client.getMessageSource(id), /^X-Own: yes\r$/m);
  const [attachment] = message.Attachments;
  assert.deepEqual([message.Attachments.length, message.Inline.length], [1, 1]);
  const file = await client.getMessageAttachment(id, attachment?.PartID ?? '');
  assert.deepEqual([await file.text(), file.type], ['attached', 'text/plain']);
  assert.match(await client.renderMessageHTML(id), new RegExp(`/api/v1/message/${id}/part/`));
  assert.match(await client.renderMessageHTML('latest', 1), /noreferrer noopener/);
  assert.equal((await client.renderMessageText(id)).trim(), 'Hello ünï');

  assert.equal(await client.setReadStatus({ IDs: [id], Read: false }), 'ok');
  assert.equal(
    await client.setReadStatus({ Search: 'subject:welcome', Read: true }, { tz: 'Europe/Berlin' }),
    'ok',
  );
  assert.equal((await client.listMessages(0, 1)).unread, 0);

  assert.deepEqual(await client.getTags(), ['one', 'two']);
  await client.setTags({ IDs: [id], Tags: ['three'] });
  await client.renameTag('three', 'four');
  assert.deepEqual(await client.getTags(), ['four']);
  await client.deleteTag('four');
  assert.deepEqual(await client.getTags(), []);

  const triggers = await client.setChaosTriggers({ Sender: { ErrorCode: 452, Probability: 7 } });
  assert.deepEqual(triggers.Sender, { ErrorCode: 452, Probability: 7 });
  assert.deepEqual(await client.getChaosTriggers(), triggers);
  await client.setChaosTriggers();

  for (const later of [
    () => client.htmlCheck(id),
    () => client.linkCheck(id),
    () => client.getAttachmentThumbnail(id, '1'),
    () => client.releaseMessage(id, { To: ['x@example.com'] }),
  ]) {
    await assert.rejects(later, /501 .*not available in this version/);
  }
  await assert.rejects(client.spamAssassinCheck(id), /404/);
  await assert.rejects(client.getMessageSummary('unknown'), /404 .*404 page not found/);
  await assert.rejects(client.renameTag('none', 'x'), /400 .*tag not found: none/);

  await client.deleteMessagesBySearch({ query: 'subject:welcome' });
  await client.deleteMessages({ IDs: [id] });
  assert.equal((await client.listMessages()).total, 0);
}

const methods = Object.getOwnPropertyNames(MailpitClient.prototype).filter(
  name => !['constructor', 'request'].includes(name),
);

/** Which methods were called. */
function watched(client: MailpitClient, called: Set<string>): MailpitClient {
  return new Proxy(client, {
    get(target, name: string) {
      called.add(name);
      const value = target[name as keyof MailpitClient] as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

test('every method over TCP', async () => {
  const called = new Set<string>();
  await drive(watched(new MailpitClient(`http://127.0.0.1:${port}`), called));
  assert.deepEqual(
    methods.filter(name => !called.has(name) && name !== 'waitForMessages'),
    [],
  );
});

test('every method through the unix socket', async t => {
  t.mock.method(globalThis, 'fetch', fetchThrough(fleet.socketPath('alpha', 'http')));
  await drive(new MailpitClient('http://localhost'));
});

test('every route with the ids of another tenant', async () => {
  await sendMail(fleet.socketPath('beta', 'smtp'), 'theirs');
  const ask = fetchThrough(fleet.socketPath('alpha', 'http'));
  const theirs = fetchThrough(fleet.socketPath('beta', 'http'));
  const json = async (reply: Promise<Response>) =>
    (await reply).json() as Promise<{ messages: { ID: string }[] }>;
  const before = await json(theirs('http://localhost/api/v1/messages'));
  const id = before.messages[0]?.ID ?? '';
  assert.notEqual(id, '');
  const read = operations
    .filter(({ method, path }) => method === 'get' && path.includes('{ID}'))
    .map(({ path }) => path.replace('{ID}', id).replace('{PartID}', '1'));
  assert.ok(read.length >= 7);
  for (const path of read) assert.equal((await ask(`http://localhost${path}`)).status, 404, path);
  for (const path of ['/wait?timeout=0&query=', '/search?query=', '/messages?around=']) {
    const answer = await ask(
      `http://localhost/api/v1${path}${path.includes('around') ? id : 'subject:theirs'}`,
    );
    assert.ok(!(await answer.text()).includes(id), path);
  }
  const body = JSON.stringify({ IDs: [id], Read: true, Tags: ['stolen'] });
  for (const [method, path] of [
    ['PUT', 'messages'],
    ['PUT', 'tags'],
    ['DELETE', 'messages'],
  ] as const) {
    assert.equal((await ask(`http://localhost/api/v1/${path}`, { method, body })).status, 200);
  }
  assert.deepEqual(await json(theirs('http://localhost/api/v1/messages')), before);

  const always = JSON.stringify({ Sender: { ErrorCode: 451, Probability: 100 } });
  assert.equal((await ask('http://localhost/api/v1/chaos', { method: 'PUT', body: always })).status, 200);
  assert.match((await sendMail(fleet.socketPath('beta', 'smtp'), 'unharmed')) ?? '', /^250 /);
  await ask('http://localhost/api/v1/chaos', { method: 'PUT', body: '{}' });
});

/** Plays files of the suite on the tenant `played`, one after the other: they share a mailbox. */
async function play(files: readonly string[], http: string, smtp: string): Promise<void> {
  const env = {
    ...process.env,
    MPCTL_TARGET_HTTP: http,
    MPCTL_TARGET_SMTP: smtp,
    MPCTL_TARGET_OURS: '1',
    NODE_TEST_CONTEXT: undefined,
  };
  const child = spawn(process.execPath, ['--test', '--test-concurrency=1', ...files], { cwd: root, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', text => {
      output += text;
    });
  const code = await new Promise(done => child.on('exit', done));
  assert.equal(code, 0, output.slice(-3000));
  assert.ok([...output.matchAll(/: (\d+) played, (\d+) skipped/g)].length >= files.length);
}

const root = join(import.meta.dirname, '../..');

test('the conformance suite, played on a fleet by its sockets', { timeout: 180_000 }, () =>
  play(
    globSync('test/conformance/http/*.test.ts', { cwd: root }),
    `unix:${fleet.socketPath('played', 'http')}`,
    `unix:${fleet.socketPath('played', 'smtp')}`,
  ),
);

test('some of it by a URL', { timeout: 180_000 }, () =>
  play(
    ['messages', 'events', 'server', 'send'].map(name => `test/conformance/http/${name}.test.ts`),
    `http://127.0.0.1:${playedPort}`,
    `127.0.0.1:${smtpPort}`,
  ),
);
