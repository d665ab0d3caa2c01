import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { type ClientOptions, WebSocket } from 'ws';
import { openTestInbox, type TestInbox } from './inbox-for-tests.ts';

const mail = (subject: string) =>
  `From: a@example.com\r\nTo: b@example.com\r\nSubject: ${subject}\r\n\r\nHello\r\n`;

type Event = {
  Type: string;
  Data: { ID: string; Total?: number; Version?: string };
  Cursor?: string;
};

/** A client that keeps what it hears. */
async function listen(inbox: TestInbox, path = '/api/events', options: ClientOptions = {}) {
  const socket = new WebSocket(`ws+unix:${inbox.socketPath}:${path}`, options);
  const events: Event[] = [];
  socket.on('message', data => events.push(JSON.parse(String(data))));
  await once(socket, 'open');
  return {
    socket,
    events,
    /** Without the counts, which come when they come. */
    told: () => events.filter(({ Type }) => Type !== 'stats'),
    async until(done: () => boolean) {
      while (!done()) await once(socket, 'message');
    },
    [Symbol.dispose]: () => socket.terminate(),
  };
}

for (const perMessageDeflate of [true, false]) {
  test(`events come in the order of what happened, ${perMessageDeflate ? 'deflated' : 'plain'}`, async () => {
    await using inbox = await openTestInbox();
    using client = await listen(inbox, '/api/events', { perMessageDeflate });
    assert.equal(client.socket.extensions.includes('permessage-deflate'), perMessageDeflate);
    const ids: string[] = [];
    for (let index = 0; index < 20; index += 1)
      ids.push(await inbox.deliver(mail(`${index} ${'long '.repeat(40)}`)));
    await inbox.fetch(`/api/v1/message/${ids[3]}`);
    await inbox.fetch('/api/v1/tags', {
      method: 'PUT',
      body: JSON.stringify({ IDs: [ids[4]], Tags: ['x'] }),
    });
    await inbox.fetch('/api/v1/messages', {
      method: 'DELETE',
      body: JSON.stringify({ IDs: [ids[5], ids[6]] }),
    });
    await inbox.fetch('/api/v1/tags/x', { method: 'DELETE' });
    await inbox.fetch('/api/v1/messages', { method: 'DELETE' });
    await client.until(() => client.told().at(-1)?.Type === 'truncate');
    assert.deepEqual(
      client.told().map(({ Type, Data }) => (Data ? [Type, Data.ID] : [Type])),
      [
        ...ids.map(id => ['new', id]),
        ['update', ids[3]],
        ['update', ids[4]],
        ['delete', ids[5]],
        ['delete', ids[6]],
        ['prune'],
        ['truncate'],
      ],
    );
  });
}

test('counts come soon after a change, and after a client came', async () => {
  await using inbox = await openTestInbox();
  using first = await listen(inbox);
  await first.until(() => first.events.some(({ Type }) => Type === 'stats'));
  using second = await listen(inbox);
  const before = first.events.length;
  await Promise.all([
    second.until(() => second.events.length > 0),
    first.until(() => first.events.length > before),
  ]);
  await inbox.deliver(mail('x'));
  await first.until(() => first.events.some(({ Type, Data }) => Type === 'stats' && Data.Total === 1));
  assert.match(first.events[0]?.Data.Version ?? '', /^v1\.30\.5\+mpctl\./);
});

test('a client that comes back hears what it missed', async () => {
  await using inbox = await openTestInbox();
  const changes = async (since: string) => (await inbox.fetch(`/api/v1/changes?since=${since}`)).json;
  const { Cursor: start, Reset } = await changes('');
  assert.equal(Reset, true);
  using client = await listen(inbox, '/api/events?cursor=1');
  const [first, second, third] = [
    await inbox.deliver(mail('1')),
    await inbox.deliver(mail('2')),
    await inbox.deliver(mail('3')),
  ];
  await client.until(() => client.told().length === 3);
  const cursors = client.told().map(({ Cursor }) => Cursor ?? '');
  await inbox.fetch(`/api/v1/message/${first}`);
  await inbox.fetch('/api/v1/messages', { method: 'DELETE', body: JSON.stringify({ IDs: [second] }) });

  const all = await changes(start);
  assert.deepEqual(
    { ...all, Cursor: '', New: all.New.map((row: { ID: string; Read: boolean }) => [row.ID, row.Read]) },
    {
      Cursor: '',
      New: [
        [first, true],
        [third, false],
      ],
      Updated: [],
      Deleted: [],
      Reset: false,
    },
  );
  const late = await changes(cursors[2] ?? '');
  assert.deepEqual(
    [late.New, late.Updated, late.Deleted],
    [[], [{ ID: first, Read: true, Tags: [] }], [second]],
  );
  assert.deepEqual((await changes(late.Cursor)).Updated, []);
  await inbox.fetch('/api/v1/messages', { method: 'DELETE' });
  assert.equal((await changes(late.Cursor)).Reset, true);
});

test('waiting for a mail', async t => {
  await using inbox = await openTestInbox();
  const wait = (query: string) => inbox.fetch(`/api/v1/wait?${query}`);
  for (const timeout of ['-1', 'abc', '1e3'])
    assert.equal((await wait(`query=nothing&timeout=${timeout}`)).status, 400);
  assert.equal((await wait('query=nothing&timeout=0.01')).status, 404);

  await t.test('one that is there', async () => {
    await inbox.deliver(mail('code 1'));
    const id = await inbox.deliver(mail('code 2'));
    const reply = await wait('query=subject:code');
    assert.equal(reply.json.ID, id);
    assert.equal((await inbox.fetch('/api/v1/messages')).json.unread, 2);
  });
  await t.test('one that comes', async () => {
    const { Cursor } = (await inbox.fetch('/api/v1/changes')).json;
    const waiting = wait(`query=subject:later&since=${Cursor}`);
    await inbox.deliver(mail('other'));
    const id = await inbox.deliver(mail('later'));
    assert.equal((await waiting).json.ID, id);
    assert.equal((await wait(`query=subject:later&since=${Cursor}`)).json.ID, id);
    assert.equal((await wait(`query=subject:later&since=${id}&timeout=0`)).status, 404);
  });
  await t.test('none', async () => {
    const reply = await wait('query=subject:never&timeout=0');
    assert.deepEqual([reply.status, reply.text], [404, 'Message not found']);
    assert.equal((await wait('query=before:nonsense')).status, 400);
    assert.equal((await wait('since=nonsense&timeout=0')).status, 400);
  });
  await t.test('nobody waits on when the tenant ends', async () => {
    const waiting = wait('query=subject:never&timeout=120');
    while (inbox.engine.connections(inbox.tenant) === 0) await new Promise(setImmediate);
    await new Promise(resolve => setTimeout(resolve, 50));
    await inbox.engine.end(inbox.tenant, 60_000);
    assert.equal((await waiting).status, 404);
  });
});

test('a tenant that ends tells its listeners to come back', async () => {
  await using inbox = await openTestInbox();
  using client = await listen(inbox);
  const closed = once(client.socket, 'close');
  await inbox.engine.end(inbox.tenant, 60_000);
  assert.equal((await closed)[0], 1012);
});

test('a listener that does not read is dropped, others do not notice', async () => {
  await using inbox = await openTestInbox();
  using reader = await listen(inbox);
  const deaf = connect(inbox.socketPath);
  deaf.write(
    'GET /api/events HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await once(deaf, 'readable');
  const gone = once(deaf, 'close');
  const subject = 'x'.repeat(60_000);
  let sent = 0;
  const left = () => inbox.engine.connections(inbox.tenant);
  while (left() > 1) {
    await inbox.deliver(mail(subject));
    sent += 1;
    await new Promise(setImmediate);
    assert.ok(sent < 1_000);
  }
  deaf.destroy();
  await gone;
  await reader.until(() => reader.told().length === sent);
});

test('what is no WebSocket is an ordinary request', async () => {
  await using inbox = await openTestInbox();
  const ask = (headers: object, path = '/api/events') => inbox.fetch(path, { headers: headers as never });
  const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' };
  for (const headers of [{}, upgrade, { ...upgrade, 'Sec-WebSocket-Key': 'short' }]) {
    const reply = await ask(headers);
    assert.deepEqual([reply.status, reply.text], [400, 'Bad Request\n']);
  }
  const h2c = { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABkAAQAAP__' };
  assert.equal((await ask(h2c, '/api/v1/messages')).status, 200);
  assert.equal((await ask({ Connection: 'Upgrade', Upgrade: 'websocket' }, '/api/v1/messages')).status, 200);
});

test('who may not ask may not listen', async () => {
  await using inbox = await openTestInbox({ auth: 'required' });
  const statusOf = async (headers: Record<string, string>) => {
    const socket = new WebSocket(`ws+unix:${inbox.socketPath}:/api/events`, { headers });
    const status = await new Promise(resolve => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
      socket.on('open', () => resolve(101));
    });
    socket.on('error', () => {});
    socket.terminate();
    return status;
  };
  const login = { Authorization: `Basic ${Buffer.from('joe:secret').toString('base64')}` };
  assert.equal(await statusOf({}), 401);
  assert.equal(await statusOf(login), 101);
  assert.equal(await statusOf({ ...login, Origin: 'http://evil.example' }), 403);
  assert.equal(await statusOf({ ...login, 'Sec-Fetch-Site': 'cross-site' }), 403);
  assert.equal(await statusOf({ ...login, Origin: 'http://localhost' }), 101);
});
