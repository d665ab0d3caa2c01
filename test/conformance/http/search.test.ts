/** http-api §2.4 and storage-search-tags §6: the search language as it is asked over HTTP. */
import assert from 'node:assert/strict';
import { chapter } from './play.ts';
import type { Target } from './target.ts';

const { scene, rows } = chapter('search');

/** Name → mail. Every row of the table says which of them it finds. */
const mails: Record<string, string> = {
  plain:
    'From: Ann Émile <ann@sender.example>\r\nTo: Bob Builder <bob@example.com>\r\nCc: cc@copy.example\r\nReply-To: desk@reply.example\r\n' +
    'Subject: Quarterly (Q3) Report\r\nMessage-ID: <Plain-1@example.com>\r\n\r\nThe quick brown fox jumps 100% over_the lazy dog.',
  html:
    'From: shop@store.example\r\nTo: =?utf-8?q?J=C3=B6rg?= <joerg@example.com>\r\nSubject: ÜBERRASCHUNG für dich\r\nContent-Type: text/html; charset=utf-8\r\n\r\n' +
    '<title>hidden title</title><p>Große <b>Freude</b></p><a href="https://store.example/deal">Click</a><a href="mailto:help@store.example">Help</a><img alt="pictured" src=x>',
  mixed:
    'From: "news, daily" <news@press.example>\r\nBcc: secret@hidden.example\r\nSubject: digest\r\nX-Tags: Press Review, urgent\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n' +
    '--b\r\nContent-Type: text/plain\r\n\r\nplain words here\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>markup words</p>\r\n' +
    '--b\r\nContent-Type: application/pdf; name=Invoice-77.pdf\r\nContent-Disposition: attachment\r\n\r\nxxxx\r\n' +
    '--b\r\nContent-Type: image/png; name=inline-logo.png\r\nContent-Disposition: inline\r\n\r\nyyyy\r\n--b--\r\n',
  big: `From: big@example.com\r\nSubject: large one\r\n\r\n${'padding line\r\n'.repeat(2_000)}`,
};

async function fill(target: Target): Promise<Map<string, string>> {
  await target.empty();
  const names = new Map<string, string>();
  for (const [name, mail] of Object.entries(mails))
    names.set(await target.deliver(mail, { to: [`${name}@rcpt.example`] }), name);
  return names;
}

const search = (target: Target, query: string, rest = '', method = 'GET') =>
  target.ask(`/api/v1/search?query=${encodeURIComponent(query)}${rest}`, { method });

const all = ['plain', 'html', 'mixed', 'big'];
const but = (...names: string[]) => all.filter(name => !names.includes(name));

/** Query → what it finds. */
const table: [query: string, found: string[], ours?: 'ours'][] = [
  ['fox', ['plain']],
  ['FOX', ['plain']],
  ['ro', ['plain', 'html']],
  ['quick fox', ['plain']],
  ['"quick fox"', []],
  ['"quick brown"', ['plain']],
  ['quick  brown', ['plain']],
  ['"BROWN FOX', ['plain']],
  ['quick -fox', []],
  ['-fox', but('plain')],
  ['!fox', but('plain')],
  ['"-fox"', but('plain')],
  ['--fox', all],
  ['"Quarterly Q3"', ['plain']],
  ['große', ['html']],
  ['GROSSE', []],
  ['überraschung', ['html']],
  ['hidden', ['mixed']],
  ['https://store.example/deal', ['html']],
  ['mailto', []],
  ['pictured', []],
  ['invoice-77.pdf', ['mixed']],
  ['inline-logo.png', []],
  ['markup', ['mixed']],
  ['"plain words"', ['mixed'], 'ours'],
  ['100%', ['plain']],
  ['1%0', [], 'ours'],
  ['over_the', ['plain']],
  ['quick_brown', [], 'ours'],
  ['desk@reply.example', ['plain']],
  ['mixed@rcpt.example', ['mixed']],
  ['x-tags', []],

  ['from:ann', ['plain']],
  ['FROM:sender.example', ['plain']],
  ['from:"news daily"', ['mixed'], 'ours'],
  ['from:émile', ['plain'], 'ours'],
  ['from:name', [], 'ours'],
  ['to:bob', ['plain']],
  ['to:Jörg', ['html']],
  ['cc:copy', ['plain']],
  ['bcc:secret', ['mixed']],
  ['bcc:big@rcpt.example', ['big']],
  ['reply-to:desk', ['plain']],
  ['-reply-to:desk', but('plain')],
  ['addressed:store', ['html']],
  ['addressed:copy', ['plain']],
  ['-addressed:example.com', ['mixed']],
  ['subject:report', ['plain']],
  ['subject:"(q3) rep"', ['plain']],
  ['"subject:(q3)"', ['plain']],
  ['subject:überr', ['html'], 'ours'],
  ['-subject:report', but('plain')],
  ['message-id:plain-1', ['plain']],
  ['message-id:<plain-1@example.com>', ['plain']],

  ['tag:urgent', ['mixed']],
  ['tag:URGENT', ['mixed']],
  ['tag:urg', []],
  ['tag:"press review"', ['mixed']],
  ['-tag:urgent', but('mixed')],
  ['is:tagged', ['mixed']],
  ['-is:tagged', but('mixed')],
  ['is:read', []],
  ['is:unread', all],
  ['-is:read', all],
  ['has:attachment', ['mixed']],
  ['has:attachments', ['mixed']],
  ['has:inline', ['mixed']],
  ['!has:inlines', but('mixed')],
  ['is:nonsense', []],
  ['larger:20k', ['big']],
  ['-larger:20k', but('big')],
  ['smaller:20k', but('big')],
  ['smaller:0.02MB larger:100', but('big')],
  ['larger:20q', []],
  ['before:2001-01-01', []],
  ['after:2001-01-01', all],
  ['-after:2001-01-01', []],
  ['after:nonsense', all],
  ['to: subject: (', all],
  ['-(', []],
  ['""', all],
  ['from:ann to:bob report -dog', []],
  ['from:ann to:bob report dog', ['plain']],
];

scene('what each query finds', async target => {
  const names = await fill(target);
  for (const [query, expected, ours] of table) {
    if (ours && !target.isOurs) continue;
    const { json } = await search(target, query);
    const found = json.messages.map(({ ID }: { ID: string }) => names.get(ID));
    assert.deepEqual(found.toSorted(), expected.toSorted(), query);
    assert.equal(json.messages_count, expected.length, query);
    assert.equal(json.messages_unread, expected.length, query);
    assert.equal(json.total, 4);
  }
});

rows([
  [
    'without a query',
    '/api/v1/search',
    {},
    { status: 400, type: 'text/plain', text: 'Error: no search query' },
  ],
  ['with an empty one', '/api/v1/search?query=', {}, { status: 400, text: 'Error: no search query' }],
  ['with blanks', '/api/v1/search?query=%20%20', {}, { status: 400, text: 'Error: no search query' }],
  [
    'delete without one',
    '/api/v1/search',
    { method: 'DELETE' },
    { status: 400, text: 'Error: no search query' },
  ],
]);

scene('pages of a search', async target => {
  await fill(target);
  const page = async (rest: string) => (await search(target, 'is:unread', rest)).json;
  const whole = await page('');
  assert.deepEqual(
    Object.keys(whole),
    'total unread count messages_count messages_unread start tags messages'.split(' '),
  );
  const ids = whole.messages.map(({ ID }: { ID: string }) => ID);
  assert.deepEqual(
    (await page('&start=1&limit=2')).messages.map(({ ID }: { ID: string }) => ID),
    ids.slice(1, 3),
  );
  const none = await page('&limit=0');
  assert.deepEqual([none.count, none.messages, none.messages_count], [0, [], 4]);
  assert.equal((await page('&start=-1&limit=x')).count, 4);
  assert.equal((await page('&before=2001-01-01')).count, 0);
});

scene('days begin where the searcher lives', async target => {
  await fill(target);
  const today = (zone: string) =>
    new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    }).format();
  for (const zone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Europe/Berlin']) {
    const found = (await search(target, `after:${today(zone)}`, `&tz=${zone}`)).json.messages_count;
    assert.equal(found, 4, zone);
  }
});

scene('read state', async target => {
  const names = await fill(target);
  const [id] = names.keys();
  await target.ask(`/api/v1/message/${id}`);
  assert.equal((await search(target, 'is:read')).json.messages_count, 1);
  const { json } = await search(target, 'is:unread');
  assert.deepEqual([json.messages_count, json.messages_unread, json.unread], [3, 3, 3]);
});

scene('latest of a search', async target => {
  const names = await fill(target);
  const latest = async (query: string) =>
    target.ask(`/api/v1/message/latest?query=${encodeURIComponent(query)}`);
  assert.equal(names.get((await latest('is:unread')).json.ID), 'big');
  assert.equal(names.get((await latest('fox')).json.ID), 'plain');
  const none = await latest('nothing-like-this');
  assert.deepEqual(
    [none.status, none.headers['content-type'], none.text],
    [404, 'text/plain; charset=utf-8', 'Message not found'],
  );
});

scene('deleting by search', async target => {
  await fill(target);
  assert.equal((await search(target, 'subject:digest', '', 'DELETE')).text, 'ok');
  const { json } = await target.ask('/api/v1/messages');
  assert.equal(json.total, 3);
  assert.deepEqual(json.tags, []);
});

scene(
  'nothing is deleted or marked by a query that says nothing',
  async target => {
    await fill(target);
    for (const query of ['""', '(', 'before:nonsense', 'to:']) {
      assert.equal((await search(target, query, '', 'DELETE')).status, 400, query);
      const body = JSON.stringify({ Read: true, Search: query });
      assert.equal((await target.ask('/api/v1/messages', { method: 'PUT', body })).status, 400, query);
    }
    const { json } = await target.ask('/api/v1/messages');
    assert.deepEqual([json.total, json.unread], [4, 4]);
  },
  'ours',
);
