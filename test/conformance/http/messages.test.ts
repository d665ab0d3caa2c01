/** http-api §2.1–2.3: lists, marks, deletes. */
import assert from 'node:assert/strict';
import { chapter } from './play.ts';
import type { Target } from './target.ts';

const { scene } = chapter('messages');

const mail = (subject: string, rest = '') =>
  `From: Ann <ann@example.com>\r\nTo: bob@example.com\r\nSubject: ${subject}\r\n${rest}\r\nHello ${subject}.`;

async function fill(target: Target, count: number): Promise<string[]> {
  await target.empty();
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.unshift(await target.deliver(mail(`number ${index}`)));
  return ids;
}

const list = async (target: Target, query = '') => (await target.ask(`/api/v1/messages${query}`)).json;
const idsOf = (summary: { messages: { ID: string }[] }) => summary.messages.map(({ ID }) => ID);
const send = (target: Target, method: string, body?: unknown, query = '') =>
  target.ask(`/api/v1/messages${query}`, {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });

scene('an empty mailbox', async target => {
  await target.empty();
  const reply = await target.ask('/api/v1/messages');
  assert.equal(reply.headers['content-type'], 'application/json');
  assert.equal(
    reply.text,
    '{"total":0,"unread":0,"count":0,"messages_count":0,"messages_unread":0,"start":0,"tags":[],"messages":[]}\n',
  );
});

scene('a row of the list', async target => {
  await target.empty();
  const id = await target.deliver(
    'From: "Ann <x>" <ann@example.com>\r\nTo: bob@example.com, Carl <carl+new@example.com>\r\nReply-To: desk@example.com\r\n' +
      'Subject: A & B\r\nMessage-ID: <m1@example.com>\r\nX-Tags: zeta\r\n\r\nSome   text\r\nhere.',
  );
  const { text, json } = await target.ask('/api/v1/messages');
  const [{ Created, Size, Cc, ...row }] = json.messages;
  assert.deepEqual(row, {
    ID: id,
    MessageID: 'm1@example.com',
    Read: false,
    From: { Name: 'Ann <x>', Address: 'ann@example.com' },
    To: [
      { Name: '', Address: 'bob@example.com' },
      { Name: 'Carl', Address: 'carl+new@example.com' },
    ],
    Bcc: [{ Name: '', Address: 'rcpt@example.com' }],
    ReplyTo: [{ Name: '', Address: 'desk@example.com' }],
    Subject: 'A & B',
    Username: '',
    Tags: ['new', 'zeta'],
    Attachments: 0,
    Snippet: 'Some text here.',
  });
  assert.match(id, /^[0-9A-Za-z]{22}$/);
  assert.ok(Math.abs(Date.parse(Created) - Date.now()) < 60_000);
  assert.match(Created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?(Z|[+-]\d\d:\d\d)$/);
  assert.equal(Size, (await target.ask(`/api/v1/message/${id}/raw`)).body.length);
  assert.ok(Cc === null || Cc.length === 0);
  assert.match(text, /"Name":"Ann \\u003cx\\u003e".*"Subject":"A \\u0026 B"/);
  const order =
    'ID MessageID Read From To Cc Bcc ReplyTo Subject Created Username Tags Size Attachments Snippet';
  assert.deepEqual(Object.keys(json.messages[0]), order.split(' '));
  assert.deepEqual(json.tags, ['new', 'zeta']);
});

scene('paging, with every bad value', async target => {
  const ids = await fill(target, 7);
  const pages: [query: string, start: number, ids: string[]][] = [
    ['', 0, ids],
    ['?limit=3', 0, ids.slice(0, 3)],
    ['?start=2&limit=3', 2, ids.slice(2, 5)],
    ['?start=6&limit=3', 6, ids.slice(6)],
    ['?start=7', 7, []],
    ['?start=-1&limit=2', 0, ids.slice(0, 2)],
    ['?start=x&limit=2', 0, ids.slice(0, 2)],
    ['?start=1.5&limit=2', 0, ids.slice(0, 2)],
    ['?start=%2B1&limit=2', 1, ids.slice(1, 3)],
    ['?start=9223372036854775807&limit=2', 2 ** 63, []],
    ['?start=9223372036854775808&limit=2', 0, ids.slice(0, 2)],
    ['?limit=-1', 0, ids],
    ['?limit=x', 0, ids],
    ['?limit=2&limit=5', 0, ids.slice(0, 2)],
    ['?limit=0', 0, ids],
    ['?limit=0&start=3', 3, ids],
    ['?start=&limit=', 0, ids],
  ];
  for (const [query, start, expected] of pages) {
    const summary = await list(target, query);
    assert.deepEqual(idsOf(summary), expected, query);
    assert.equal(summary.start, start, query);
    assert.equal(summary.count, expected.length, query);
    assert.equal(summary.messages_count, 7, query);
  }
});

scene('before a time', async target => {
  const ids = await fill(target, 3);
  const { messages } = await list(target);
  const before = (value: string) => list(target, `?before=${encodeURIComponent(value)}`);
  const times = messages.map(({ Created }: { Created: string }) => Date.parse(Created));
  const older = ids.filter((_, index) => times[index] < times[0]);
  assert.deepEqual(idsOf(await before(messages[0].Created)), older);
  assert.deepEqual(idsOf(await before('2001-01-01')), []);
  assert.deepEqual(idsOf(await before('nonsense')), ids);
});

scene('marking by ids', async target => {
  const ids = await fill(target, 4);
  assert.equal(
    (await send(target, 'PUT', { Read: true, IDs: [ids[0], ids[2], 'unknown', ids[0]] })).text,
    'ok',
  );
  let summary = await list(target);
  assert.deepEqual(
    summary.messages.map(({ Read }: { Read: boolean }) => Read),
    [true, false, true, false],
  );
  assert.equal(summary.unread, 2);
  assert.equal(summary.messages_unread, 2);
  await send(target, 'PUT', { read: false, ids: [ids[0]] });
  summary = await list(target);
  assert.equal(summary.unread, 3);
});

scene('marking all, and by search', async target => {
  await fill(target, 3);
  await send(target, 'PUT', { Read: true });
  assert.equal((await list(target)).unread, 0);
  for (const body of ['{}', 'null']) {
    await send(target, 'PUT', { Read: true });
    assert.equal((await send(target, 'PUT', body)).text, 'ok');
    assert.equal((await list(target)).unread, 3, body);
  }
  await send(target, 'PUT', { Read: true, Search: 'subject:"number 1"' });
  assert.equal((await list(target)).unread, 2);
  await send(target, 'PUT', { Read: true, Search: ' ' });
  assert.equal((await list(target)).unread, 0);
});

scene('marking: what is wrong', async target => {
  await target.empty();
  const both = await send(target, 'PUT', { IDs: ['a'], Search: 'b' });
  assert.deepEqual(
    [both.status, both.headers['content-type'], both.text],
    [400, 'text/plain', 'You may specify either IDs or a search query, not both'],
  );
  const bad: [body: string, message: string][] = [
    ['', 'EOF'],
    ['{', 'unexpected EOF'],
    ['x', "invalid character 'x' looking for beginning of value"],
    [
      '[]',
      'json: cannot unmarshal array into Go value of type struct { Read bool; IDs []string; Search string }',
    ],
    ['{"IDs":"a"}', 'json: cannot unmarshal string into Go struct field .IDs of type []string'],
    ['{"IDs":[1]}', 'json: cannot unmarshal number into Go struct field .IDs of type string'],
    ['{"Read":"x"}', 'json: cannot unmarshal string into Go struct field .Read of type bool'],
  ];
  for (const [body, message] of bad) {
    const reply = await send(target, 'PUT', body);
    assert.deepEqual([reply.status, reply.text], [400, message]);
  }
});

scene('deleting by ids: what is there goes, the rest is overlooked', async target => {
  const ids = await fill(target, 4);
  assert.equal((await send(target, 'DELETE', { ids: ['unknown'] })).text, 'ok');
  assert.equal((await list(target)).total, 4);
  assert.equal((await send(target, 'DELETE', { IDs: [ids[1]] })).text, 'ok');
  assert.deepEqual(idsOf(await list(target)), [ids[0], ids[2], ids[3]]);
});

scene(
  'deleting by known, unknown and repeated ids at once leaves the mailbox usable',
  async target => {
    const ids = await fill(target, 3);
    assert.equal((await send(target, 'DELETE', { IDs: [ids[0], ids[0], 'unknown'] })).text, 'ok');
    assert.deepEqual(idsOf(await list(target)), ids.slice(1));
    assert.equal((await target.ask('/readyz')).status, 200);
  },
  'ours',
);

scene('mail that goes while others look', async target => {
  const ids = await fill(target, 40);
  const replies = await Promise.all(
    ids.flatMap((id, i) => [
      send(target, 'DELETE', { IDs: [id] }),
      target.ask('/api/v1/messages?limit=0'),
      target.ask('/api/v1/search?query=is:unread'),
      ...['', '/raw', '/headers'].map(part =>
        target.ask(`/api/v1/message/${ids[(i * 7) % ids.length]}${part}`),
      ),
    ]),
  );
  for (const { status, text } of replies) assert.ok(status === 200 || status === 404, text);
  assert.equal((await list(target)).total, 0);
});

scene('deleting all', async target => {
  for (const body of [undefined, '', '{}', '{"IDs":[]}', '{"IDs":null}', '{"ids":[],"other":1}']) {
    await fill(target, 2);
    assert.equal((await send(target, 'DELETE', body)).text, 'ok', String(body));
    assert.equal((await list(target)).total, 0, String(body));
  }
});

scene(
  'deleting: a body that is no wish deletes nothing',
  async target => {
    await fill(target, 2);
    const tooLarge = `{"IDs":["${'x'.repeat(5 * 1024 * 1024)}"]}`;
    for (const body of ['{"IDs":[1]}', '{"IDs":"all"}', '{', 'all', '[]', tooLarge]) {
      assert.equal((await send(target, 'DELETE', body)).status, 400, body.slice(0, 20));
    }
    assert.equal((await list(target)).total, 2);
  },
  'ours',
);

scene(
  'deleting and marking: keys that nobody knows, or something behind the body, do not mean all mail',
  async target => {
    const ids = await fill(target, 2);
    const vague = ['{"id":"zzz"}', '{"IDs ":["a"]}', '{"other":1}', '{"IDs":null,"x":1} {}', '{} {}'];
    for (const body of [...vague, '{"Search":"x"}', 'null'])
      assert.equal((await send(target, 'DELETE', body)).status, 400, body);
    for (const body of [...vague, '{"Read":true,"id":"zzz"}'])
      assert.equal((await send(target, 'PUT', body)).status, 400, body);
    const { total, unread } = await list(target);
    assert.deepEqual([total, unread], [2, 2]);
    await send(target, 'PUT', { Read: true, IDs: [ids[0]], other: 1 });
    assert.equal((await list(target)).unread, 1);
    assert.equal((await send(target, 'DELETE', `{"IDs":["${ids[0]}"],"other":1}`)).text, 'ok');
    assert.equal((await list(target)).total, 1);
  },
  'ours',
);

scene('a JSON body counts whatever it says that it is', async target => {
  const [first, second] = await fill(target, 2);
  for (const [id, type] of [
    [first, 'application/x-www-form-urlencoded'],
    [second, 'no type at all;;'],
  ]) {
    await target.ask('/api/v1/messages', {
      method: 'DELETE',
      body: JSON.stringify({ IDs: [id] }),
      headers: { 'Content-Type': type as string },
    });
  }
  assert.equal((await list(target)).total, 0);
});
