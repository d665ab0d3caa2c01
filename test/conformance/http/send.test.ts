/** http-api §2.5: mail by HTTP. */
import assert from 'node:assert/strict';
import { chapter } from './play.ts';
import type { Target } from './target.ts';

const { scene } = chapter('send');

const post = (target: Target, body: unknown, headers = {}) =>
  target.ask('/api/v1/send', {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers,
  });

const least = { From: { Email: 'ann@example.com' }, To: [{ Email: 'bob@example.com' }] };
const png = 'iVBORw0KGgo=';

scene('all fields', async target => {
  const reply = await post(target, {
    From: { Name: 'Ann Ünal', Email: 'ann@example.com' },
    To: [{ Name: 'Bob, the "builder"', Email: 'bob@example.com' }, { Email: 'two@example.com' }],
    Cc: [{ Email: 'cc@example.com' }],
    Bcc: ['hidden@example.com'],
    ReplyTo: [{ Email: 'desk@example.com' }],
    Subject: 'Grüße & mehr',
    Text: 'Hello\nwörld',
    HTML: '<p>Hello <img src="cid:logo"></p>',
    Attachments: [
      { Filename: 'note.txt', Content: Buffer.from('a note').toString('base64') },
      { Filename: 'bücher.png', Content: `data:image/png;base64,${png}`, ContentType: 'image/png' },
      { Filename: 'logo.png', Content: png, ContentID: 'logo' },
    ],
    Tags: ['one', 'Two tags'],
    Headers: { 'x-campaign': 'spring – 1', 'Message-ID': '<own@example.com>' },
  });
  assert.equal(reply.headers['content-type'], 'application/json');
  assert.match(reply.text, /^\{"ID":"[0-9A-Za-z]{22}"\}\n$/);
  const { json } = await target.ask(`/api/v1/message/${reply.json.ID}`);
  assert.deepEqual(json.From, { Name: 'Ann Ünal', Address: 'ann@example.com' });
  assert.deepEqual(json.To, [
    { Name: 'Bob, the "builder"', Address: 'bob@example.com' },
    { Name: '', Address: 'two@example.com' },
  ]);
  assert.deepEqual(json.Cc, [{ Name: '', Address: 'cc@example.com' }]);
  assert.deepEqual(json.Bcc, [{ Name: '', Address: 'hidden@example.com' }]);
  assert.deepEqual(json.ReplyTo, [{ Name: '', Address: 'desk@example.com' }]);
  assert.deepEqual(
    [json.Subject, json.MessageID, json.ReturnPath],
    ['Grüße & mehr', 'own@example.com', 'ann@example.com'],
  );
  assert.equal(json.Text.replace(/\r/g, '').trim(), 'Hello\nwörld');
  assert.equal(json.HTML.trim(), '<p>Hello <img src="cid:logo"></p>');
  assert.deepEqual(json.Tags, ['Two tags', 'one']);
  const named = (list: { FileName: string; ContentType: string; Size: number }[]) =>
    list.map(({ FileName, ContentType, Size }) => [FileName, ContentType, Size]);
  assert.deepEqual(named(json.Attachments), [
    ['note.txt', 'text/plain', 6],
    ['bücher.png', 'image/png', 8],
  ]);
  assert.deepEqual(named(json.Inline), [['logo.png', 'image/png', 8]]);
  const { json: headers } = await target.ask(`/api/v1/message/${reply.json.ID}/headers`);
  assert.ok(headers['X-Campaign'][0].includes('=?utf-8?'));
  assert.equal(headers['X-Tags'][0], 'one, Two tags');
  assert.equal(headers.Received, undefined);
});

scene('the least', async target => {
  const { json } = await post(target, least);
  const message = (await target.ask(`/api/v1/message/${json.ID}`)).json;
  assert.deepEqual([message.Subject, message.Text, message.HTML, message.Username], ['', '', '', '']);
  assert.match(message.MessageID, /^[0-9A-Za-z]{22}@mailpit$/);
  const lower = await post(target, {
    from: { email: 'a@example.com' },
    bcc: ['b@example.com'],
    subject: 'x',
  });
  assert.equal(lower.status, 200);
  assert.equal((await target.ask(`/api/v1/message/${lower.json.ID}`)).json.Bcc[0].Address, 'b@example.com');
});

scene('whoever says a name is noted', async target => {
  const login = { Authorization: `Basic ${Buffer.from('joe:x').toString('base64')}` };
  const { json } = await post(target, least, login);
  assert.equal((await target.ask(`/api/v1/message/${json.ID}`)).json.Username, 'joe');
});

scene('what is wrong', async target => {
  const wrong: [body: unknown, error: string][] = [
    ['', 'EOF'],
    ['{', 'unexpected EOF'],
    [{}, 'error building message: from not set'],
    [{ From: { Email: 'a@example.com' } }, 'error building message: no recipients (to, cc, bcc) set'],
    [{ ...least, To: [{ Email: 'bad' }] }, 'invalid To address: bad'],
    [{ ...least, Cc: [{ Email: '' }] }, 'invalid Cc address: '],
    [{ ...least, Bcc: ['x@'] }, 'invalid Bcc address: x@'],
    [{ ...least, ReplyTo: [{ Email: 'a b' }] }, 'invalid Reply-To address: a b'],
    [{ To: [{ Email: 'bad' }] }, 'invalid To address: bad'],
    [{ ...least, Headers: { subject: 'x' } }, 'cannot overwrite header: "subject"'],
    [{ ...least, Headers: { 'Mime-Version': 'x' } }, 'cannot overwrite header: "Mime-Version"'],
    [{ ...least, Tags: ['a'], Headers: { 'X-Tags': 'x' } }, 'cannot overwrite header: "X-Tags"'],
    [
      { ...least, Attachments: [{ Filename: 'f', Content: 'a*b=' }] },
      'error decoding base64 attachment "f": illegal base64 data at input byte 1',
    ],
    [{ ...least, Subject: 5 }, 'json: cannot unmarshal number into Go struct field .Subject of type string'],
  ];
  for (const [body, error] of wrong) {
    const reply = await post(target, body);
    assert.deepEqual(
      [reply.status, reply.headers['content-type'], reply.json],
      [400, 'application/json', { Error: error }],
    );
  }
});

scene(
  'nothing of a wish begins a header line of its own',
  async target => {
    const evil = 'x\r\nX-Evil: 1';
    const refused: object[] = [
      { ...least, From: { Email: `a@example.com${evil}` } },
      { ...least, From: { Email: 'bad' } },
      { ...least, To: [{ Email: evil }] },
      { ...least, Bcc: [`a@example.com${evil}`] },
      { ...least, Headers: { [evil]: 'x' } },
    ];
    for (const body of refused) assert.equal((await post(target, body)).status, 400, JSON.stringify(body));
    const taken = await post(target, {
      From: { Name: evil, Email: 'a@example.com' },
      To: [{ Name: evil, Email: 'N <b@example.com>' }],
      Subject: evil,
      Tags: [evil],
      Headers: { 'X-Own': evil },
      Attachments: [
        { Filename: `f${evil}`, ContentType: `text/plain${evil}`, ContentID: evil, Content: png },
      ],
    });
    assert.equal(taken.status, 200);
    const raw = await target.ask(`/api/v1/message/${taken.json.ID}/raw`);
    assert.doesNotMatch(raw.text, /^x-evil/im);
    const { json } = await target.ask(`/api/v1/message/${taken.json.ID}`);
    assert.deepEqual(json.To[0].Address, 'b@example.com');
    assert.deepEqual(json.Tags, ['x X-Evil 1']);
  },
  'ours',
);
