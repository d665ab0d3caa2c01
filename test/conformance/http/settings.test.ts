/** config §1: what Mailpit's flags change of the API and of tags. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { SmtpTalk } from '../../harness/smtp-talk.ts';
import { chapter } from './play.ts';
import type { Target } from './target.ts';

const dir = mkdtempSync(join(tmpdir(), 'mp-settings-'));
after(() => rmSync(dir, { recursive: true }));
const file = (name: string, text: string) => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};

const mail = (headers: string, body = 'Hello.') =>
  `From: ann@example.com\r\nTo: bob@example.com\r\n${headers}\r\n${body}`;
const tagsOf = async (target: Target, text: string): Promise<string[]> => {
  const id = await target.deliver(text);
  return (await target.ask(`/api/v1/message/${id}`)).json.Tags;
};

const filters = `filters:
  - { match: "from:ann subject:bill", tags: "Paid, sales" }
  - { match: NeverHeld, tags: upper }
  - match: 420042
    tags: number
    more: ignored
`;
chapter('tags by filters', [
  '--tag',
  'inv,SALES=INVOICE "My tag"="some text" due="is:unread has:attachment"',
  '--tags-config',
  file('tags.yaml', filters),
  '--tags-title-case',
  '--tags-username',
]).scene('from the setting, from the file, by text and by search', async target => {
  assert.deepEqual(await tagsOf(target, mail('Subject: x\r\n')), []);
  assert.deepEqual(await tagsOf(target, mail('Subject: x\r\n', 'Your Invoice')), ['SALES', 'inv']);
  assert.deepEqual(await tagsOf(target, mail('Subject: x\r\n', 'has SOME Text in it')), ['My tag']);
  assert.deepEqual(
    await tagsOf(target, mail('Subject: Bill\r\n')),
    ['Paid', 'SALES'],
    'the first spelling stays',
  );
  assert.deepEqual(await tagsOf(target, mail('Subject: Bill\r\n', 'invoice')), ['Paid', 'SALES', 'inv']);
  assert.deepEqual(await tagsOf(target, mail('Subject: x\r\n', 'neverheld')), ['upper'], 'by search');
  assert.deepEqual(await tagsOf(target, mail('Subject: 420042\r\n')), ['number']);
  assert.deepEqual(await tagsOf(target, mail("X-Tags: o'neil x-y\r\n")), ['O neil X-Y']);
  const login = { Authorization: `Basic ${Buffer.from('joe:x').toString('base64')}` };
  const body = JSON.stringify({ From: { Email: 'a@example.com' }, To: [{ Email: 'b@example.com' }] });
  const sent = await target.ask('/api/v1/send', { method: 'POST', headers: login, body });
  assert.deepEqual((await target.ask(`/api/v1/message/${sent.json.ID}`)).json.Tags, ['joe']);
});

chapter('no tags', ['--tags-disable', 'Plus-Addressing, xtags']).scene(
  'of addresses or X-Tags',
  async target => assert.deepEqual(await tagsOf(target, mail('Cc: a+b@example.com\r\nX-Tags: c\r\n')), []),
);

const cors = chapter('other origins', ['--api-cors', 'https://app.example.com, b.example:8080']);
const allowed = [
  'https://app.example.com',
  'http://APP.example.com',
  'http://b.example:8080',
  'http://localhost',
];
const refused = ['https://app.example.com:8443', 'http://b.example', 'null', 'https://example.com'];
cors.rows([
  ...allowed.map(
    Origin =>
      [
        Origin,
        '/api/v1/info',
        { headers: { Origin } },
        { headers: { 'access-control-allow-origin': Origin } },
      ] as const,
  ),
  ...refused.map(
    Origin =>
      [
        Origin,
        '/api/v1/info',
        { headers: { Origin } },
        { status: 403, text: 'Blocked due to CORS violation\n' },
      ] as const,
  ),
]);
chapter('all origins', ['--api-cors', '*']).rows([
  ['null', '/api/v1/info', { headers: { Origin: 'null' } }, { status: 200 }],
]);

const everything = chapter('the page below a path, figures, nothing compressed', [
  '--webroot',
  'a/../mail//box',
  '--enable-prometheus',
  'TRUE',
  '--disable-http-compression',
  '--hide-delete-all-button',
  '--ignore-duplicate-ids',
  '--label',
  ' My  box ',
  '--block-remote-css-and-fonts',
]);
everything.rows([
  ['outside', '/api/v1/info', {}, { status: 404 }],
  ['without its slash', '/mail/box?x=1', {}, { status: 302, headers: { location: '/mail/box/' } }],
  [
    'not compressed',
    '/mail/box/api/v1/info',
    { headers: { 'Accept-Encoding': 'gzip' } },
    { headers: { 'content-encoding': null } },
  ],
  ['styles of its own', '/mail/box/', {}, { headers: { 'content-security-policy': /style-src 'self'/ } }],
]);
everything.scene('what the page is told', async target => {
  const { json } = await target.ask('/mail/box/api/v1/webui');
  assert.deepEqual([json.Label, json.DuplicatesIgnored, json.HideDeleteAllButton], ['My box', true, true]);
});
everything.scene('figures', async target => {
  await target.deliver(mail('X-Tags: a\r\nMessage-ID: <1@example.com>\r\n'));
  const { headers, text } = await target.ask('/mail/box/metrics');
  assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  assert.deepEqual(names, names.toSorted());
  assert.equal(names.length, 11);
  assert.match(text, /^mailpit_messages 1$/m);
  assert.match(text, /^mailpit_tag_messages\{tag="a"\} 1$/m);
});

const chaos = chapter('errors on purpose', ['--chaos-triggers', 'recipient:450:100']);
chaos.scene('set for SMTP, seen and changed by the API', async target => {
  const codes = async () => {
    using talk = new SmtpTalk(target.smtp);
    await talk.reply();
    const replies = [];
    for (const line of ['EHLO c', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>'])
      replies.push((await talk.say(line))?.slice(0, 3));
    return replies.slice(1);
  };
  assert.deepEqual(await codes(), ['250', '450']);
  const { json } = await target.ask('/api/v1/chaos');
  assert.deepEqual(json.Recipient, { ErrorCode: 450, Probability: 100 });
  const body = JSON.stringify({ Sender: { ErrorCode: 555, Probability: 100 } });
  await target.ask('/api/v1/chaos', { method: 'PUT', body });
  assert.deepEqual(await codes(), ['555', '503']);
});

const dated = chapter('dates of mails', ['--use-message-dates']);
dated.scene('a mail is as old as it says', async target => {
  await target.deliver(mail('Subject: now\r\n'));
  const id = await target.deliver(mail('Subject: old\r\nDate: Fri, 26 Apr 2024 10:11:12 +0200\r\n'));
  const { messages } = (await target.ask('/api/v1/messages')).json;
  assert.deepEqual(
    messages.map(({ Subject }: { Subject: string }) => Subject),
    ['now', 'old'],
  );
  assert.equal(new Date(messages[1].Created).toISOString(), '2024-04-26T08:11:12.000Z');
  assert.equal(messages[1].ID, id);
});
