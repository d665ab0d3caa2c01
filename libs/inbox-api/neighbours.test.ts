/** Tenants share an event loop: whoever asks for much waits behind itself, and its neighbours do not. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { openTestInbox, type TestInbox } from './inbox-for-tests.ts';

/** Runs before a mailbox is asked for a page of a list or of a search. */
function beforePages({ tenant: { mailbox } }: TestInbox, note: () => unknown): void {
  const page = mailbox.page.bind(mailbox);
  mailbox.page = async request => {
    await note();
    return page(request);
  };
}

async function ask(socketPath: string, path: string): Promise<Socket> {
  const socket = connect(socketPath).on('error', () => {});
  socket.write(request(path));
  await once(socket, 'connect');
  return socket;
}

const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

/** A kept connection that the engine knows. */
async function acquainted(at: string | AddressInfo): Promise<Socket> {
  const socket = typeof at === 'string' ? connect(at) : connect(at.port, '127.0.0.1');
  socket.write(request('/livez'));
  await once(socket, 'data');
  return socket;
}

/** Longer than a round of the event loop has time for. */
function compute(): void {
  for (const endMs = performance.now() + 10; performance.now() < endMs; );
}

test('a crowd of requests of a tenant: its neighbour is answered among the first', {
  timeout: 60_000,
}, async () => {
  await using inbox = await openTestInbox();
  await using other = await openTestInbox();
  let done = 0;
  beforePages(inbox, () => {
    done += 1;
    compute();
  });
  let doneBefore = -1;
  beforePages(other, () => {
    doneBefore = done;
  });
  const server = createServer({ allowHalfOpen: true }, socket => inbox.engine.serve(socket, other.tenant));
  await once(server.listen(0, '127.0.0.1'), 'listening');

  const crowd = await Promise.all(Array.from({ length: 100 }, () => acquainted(inbox.socketPath)));
  const neighbour = await acquainted(server.address() as AddressInfo);
  for (const socket of crowd) socket.write(request('/api/v1/messages'));
  neighbour.write(request('/api/v1/messages'));
  await once(neighbour, 'data');
  assert.ok(doneBefore >= 0 && doneBefore < 20, `${doneBefore} of the crowd's requests came first`);
  while (done < 100) await new Promise(setImmediate);
  for (const socket of [...crowd, neighbour]) socket.destroy();
  server.close();
});

test('searches: four of a tenant at a time, the others in order, and none of those who went away', {
  timeout: 60_000,
}, async () => {
  await using inbox = await openTestInbox();
  const held: (() => void)[] = [];
  beforePages(inbox, () => new Promise<void>(go => held.push(go)));
  const path = '/api/v1/search?query=nothing';
  const first = Array.from({ length: 4 }, () => inbox.fetch(path));
  while (held.length < 4) await new Promise(setImmediate);
  const gone = await ask(inbox.socketPath, path);
  const last = inbox.fetch(path);
  // What is short is answered meanwhile; then the others have come in too.
  for (let i = 0; i < 10; i++) assert.equal((await inbox.fetch('/api/v1/info')).status, 200);
  assert.equal(held.length, 4);
  gone.destroy();
  while (inbox.engine.connections(inbox.tenant) > 5) await new Promise(setImmediate);
  for (const go of held.splice(0)) go();
  for (const reply of await Promise.all(first)) assert.equal(reply.status, 200);
  while (held.at(0) === undefined) await new Promise(setImmediate);
  for (const go of held.splice(0)) go();
  assert.equal((await last).status, 200);
  assert.deepEqual(held, []);
});

test('an answer that takes too long is a 503 that says so', { timeout: 60_000 }, async () => {
  await using inbox = await openTestInbox({}, { timeoutMs: 300 });
  beforePages(inbox, () => new Promise(() => {}));
  const { status, text, headers } = await inbox.fetch('/api/v1/search?query=x');
  assert.deepEqual([status, text], [503, 'the answer takes too long: ask for less, or later\n']);
  assert.equal(headers['retry-after'], '10');
  assert.equal((await inbox.fetch('/api/v1/info')).status, 200);
});

test('whatever looks through a mailbox ends when nobody waits for it', { timeout: 60_000 }, async () => {
  await using inbox = await openTestInbox();
  const { mailbox } = inbox.tenant;
  let [begun, ended, kept] = [0, 0, 0];
  const endless = async (goOn?: () => void): Promise<never> => {
    begun += 1;
    try {
      for (let slice = 0; slice < 20_000; slice++) {
        await new Promise(setImmediate);
        goOn?.();
      }
      kept += 1;
      throw new Error('nobody ended it');
    } finally {
      ended += 1;
    }
  };
  const { page, match, search, timeCounts } = mailbox;
  mailbox.page = mailbox.search = ({ goOn }) => endless(goOn);
  mailbox.match = mailbox.timeCounts = (_what: unknown, goOn) => endless(goOn);
  let removed = 0;
  const { remove } = mailbox;
  mailbox.remove = which => {
    removed += 1;
    return remove.call(mailbox, which);
  };
  const body = JSON.stringify({ Read: true, Search: 'x' });
  const asked = [
    request('/api/v1/messages?limit=0'),
    request('/api/v1/search?query=x'),
    request('/api/v1/search?query=x&around=y'),
    request('/api/v1/days'),
    request('/api/v1/message/latest?query=x'),
    request('/view/latest.html?query=x'),
    request('/api/v1/wait?query=x&timeout=100'),
    request('/api/v1/search?query=x').replace('GET', 'DELETE'),
    `PUT /api/v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  ];
  for (const [i, text] of asked.entries()) {
    const client = connect(inbox.socketPath).on('error', () => {});
    client.write(text);
    while (begun <= i) await new Promise(setImmediate);
    client.destroy();
    while (ended <= i) await new Promise(setImmediate);
  }
  assert.equal(kept, 0);
  assert.equal(removed, 0, 'who went away before it was known what there is removes nothing');
  Object.assign(mailbox, { page, match, search, timeCounts });
  assert.equal((await inbox.fetch('/api/v1/search?query=x')).status, 200);
});

test('requests of a connection are begun one after the other, and so many may wait', {
  timeout: 60_000,
}, async () => {
  await using inbox = await openTestInbox();
  const held: (() => void)[] = [];
  let begun = 0;
  beforePages(inbox, () => {
    begun += 1;
    return new Promise<void>(go => held.push(go));
  });
  const client = connect(inbox.socketPath).on('error', () => {});
  let got = '';
  client.on('data', data => {
    got += data;
  });
  client.write(request('/api/v1/messages').repeat(20) + request('/livez'));
  for (let answered = 0; answered < 20; answered++) {
    while (held.length === 0) await new Promise(setImmediate);
    assert.equal(begun, answered + 1);
    assert.equal((await inbox.fetch('/livez')).status, 200);
    held.shift()?.();
  }
  while (got.split('HTTP/1.1 200').length < 22) await new Promise(setImmediate);
  client.destroy();

  const greedy = connect(inbox.socketPath).on('error', () => {});
  greedy.write(request('/api/v1/messages').repeat(150));
  await once(greedy.resume(), 'close');
  for (const go of held) go();
  while (inbox.engine.connections(inbox.tenant) > 0) await new Promise(setImmediate);
});
