import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { prepareMail, receiveLongMail, receiveMail } from './prepare-mail.ts';
import { renderRow } from './row.ts';
import { defaultTagRules, tagFilter } from './tags.ts';

const envelope = {
  from: 's@example.com',
  to: ['r@example.com'],
  helo: 'me',
  remoteAddress: '127.0.0.1',
  remoteHost: 'unknown',
  username: 'joe',
};
const settings = { hostname: 'host', app: 'app', received: true, strictRfcHeaders: false };
const prepare = (mail: string | Uint8Array) =>
  prepareMail(Buffer.from(mail as string), envelope, settings, {
    nowMs: Date.UTC(2026, 10, 21, 14, 0, 0, 250),
    random: randomBytes,
  });

test('writes the row that lists show', () => {
  const { row, raw } = prepare(
    'From: =?utf-8?q?J=C3=B6rg?= <j@example.com>\r\nTo: "A, B" <ab@example.com>, c@example.com\r\n' +
      'Subject: Hello =?utf-8?b?V8O2cmxk?=\r\nMessage-ID: <m@example.com>\r\n\r\nSome  text\r\nhere <b>.\r\n',
  );
  assert.match(row.id, /^[0-9A-Za-z]{22}$/);
  assert.deepEqual(JSON.parse(renderRow(row)), {
    ID: row.id,
    MessageID: 'm@example.com',
    Read: false,
    From: { Name: 'Jörg', Address: 'j@example.com' },
    To: [
      { Name: 'A, B', Address: 'ab@example.com' },
      { Name: '', Address: 'c@example.com' },
    ],
    Cc: [],
    Bcc: [{ Name: '', Address: 'r@example.com' }],
    ReplyTo: [],
    Subject: 'Hello Wörld',
    Created: '2026-11-21T14:00:00.25Z',
    Username: 'joe',
    Tags: [],
    Size: raw.length,
    Attachments: 0,
    Snippet: 'Some text here <b>.',
  });
});

test('writes what searches look through', () => {
  const { searchText } = prepare(
    'From: Ann <Ann@Example.com>\r\nReply-To: Desk <d@x.com>\r\nSubject: The (BIG) Sale\r\n' +
      'Content-Type: multipart/mixed; boundary=b\r\n\r\n' +
      '--b\r\nContent-Type: text/html\r\n\r\n<p>Click <a href="https://shop.example/x">HERE</a></p>\r\n' +
      '--b\r\nContent-Type: text/plain\r\n\r\nplain words\r\n' +
      '--b\r\nContent-Type: application/pdf; name="Price List.pdf"\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--\r\n',
  );
  assert.equal(searchText.from, 'ann ann@example.com');
  assert.equal(searchText.replyTo, 'desk d@x.com');
  assert.equal(searchText.subject, 'the (big) sale');
  assert.equal(
    searchText.all,
    'ann ann@example.com the big sale r@example.com desk d@x.com s@example.com ' +
      'click here https://shop.example/x plain words price list.pdf',
  );
});

test('a mail with a broken header is kept as it came', () => {
  for (const mail of ['no header at all', 'X: 1\r\nno colon\r\n\r\nb', 'From me Mon\r\nX: 1\r\n\r\nb']) {
    assert.equal(prepare(mail).raw.toString(), mail);
  }
});

test('any bytes are a mail', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), bytes => {
      JSON.parse(renderRow(prepare(bytes).row));
    }),
  );
});

test('what can be searched of a mail has a bound', () => {
  const words = 'lorem ipsum\r\n'.repeat(200_000);
  const { searchText, raw } = prepare(
    `From: a@x.com\r\nSubject: ${'s'.repeat(100_000)}\r\n\r\nfirst ${words}last`,
  );
  assert.ok(searchText.all.includes('first lorem ipsum') && !searchText.all.includes('last'));
  assert.ok(searchText.all.length < 650_000 && searchText.subject.length === 65_536);
  assert.ok(raw.length > 2_400_000);
});

test('filters for tags look at the first MiB of a mail as it came', () => {
  const tagRules = { ...defaultTagRules, filters: [tagFilter('needle=x', ['Found'], 'UTC')] };
  const tagsOf = (before: number) => {
    const mail = `Content-Type: application/pdf\r\n\r\n${'x'.repeat(before)}\r\nneedle=x\r\n`;
    const clock = { nowMs: 0, random: randomBytes };
    return prepareMail(Buffer.from(mail), envelope, { ...settings, tagRules }, clock).row.tags;
  };
  assert.deepEqual([tagsOf(1000), tagsOf(1024 * 1024)], [['Found'], []]);
});

test('a long mail is received as a short one is, in steps', async () => {
  const body = `${'x'.repeat(998)}\r\n`.repeat(2000);
  const heads = [
    'Subject: x\r\n',
    'Message-ID: <m@x>\r\nReturn-Path: <other@x>\r\nBcc: a@b\r\nTo: r@example.com\r\n',
    'Subject: x\r\r\nTo: y@example.com\r\r\n',
    'no field\r\n',
    'To: x\r\nno field\r\n',
    '',
  ];
  for (const head of heads) {
    for (const data of [`${head}\r\n${body}`, `${head}\r\n${body}a\r\r\nb`, `${head}x`, head].map(text =>
      Buffer.from(text),
    )) {
      for (const strictRfcHeaders of [false, true]) {
        const wish = { ...settings, strictRfcHeaders };
        // The same name for all that is named by chance.
        const birth = { nowMs: 0, random: (count: number) => Buffer.alloc(count, 7) };
        let pauses = 0;
        const long = await receiveLongMail(data, envelope, wish, birth, async () => {
          pauses += 1;
        });
        const short = receiveMail(data, envelope, wish, birth);
        assert.ok(long.raw.equals(short.raw), JSON.stringify([head, data.length, strictRfcHeaders]));
        assert.deepEqual({ ...long, raw: 0 }, { ...short, raw: 0 });
        assert.ok(pauses >= Math.floor((long.raw === data ? 0 : data.length) / 1024 / 1024));
      }
    }
  }
});
