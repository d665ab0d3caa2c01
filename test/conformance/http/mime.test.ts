/** storage-search-tags §2–§5: what a mail's parts are taken for, and what a reader is told of them. */
import assert from 'node:assert/strict';
import { chapter } from './play.ts';
import type { Target } from './target.ts';

const { scene } = chapter('mime');

/** Inline and attached parts as `PartID|FileName|ContentType|ContentID|Size`. */
type Shown = {
  readonly text?: string;
  readonly html?: string;
  readonly inline?: readonly string[];
  readonly attached?: readonly string[];
  /** What the list counts: nameless parts too. */
  readonly count?: number;
  readonly snippet?: string;
};

type Case = readonly [what: string, mail: string, shown: Shown, ours?: 'ours'];

const part = (headers: string, body = 'body') => `${headers}\r\n\r\n${body}`;
const multipart = (type: string, ...parts: string[]) =>
  `Content-Type: multipart/${type}; boundary=BB\r\n\r\npreamble\r\n${parts.map(each => `--BB\r\n${each}\r\n`).join('')}--BB--\r\nepilogue\r\n`;
const text = (body: string, rest = '') => part(`Content-Type: text/plain${rest}`, body);
const html = (body: string, rest = '') => part(`Content-Type: text/html${rest}`, body);
const image = (rest: string) => part(`Content-Type: image/png${rest}`);

const cases: readonly Case[] = [
  ['text', text('x'), { text: 'x\r\n', snippet: 'x' }],
  ['no type', 'X: y\r\n\r\nx', { text: 'x\r\n' }],
  ['text declared inline', text('x', '\r\nContent-Disposition: inline; filename=a.txt'), { text: 'x\r\n' }],
  ['text with a name', text('x', '; name=a.txt'), { text: 'x\r\n' }],
  ['text with an unknown disposition', text('x', '\r\nContent-Disposition: foo'), { text: 'x\r\n' }],
  [
    'text attached',
    text('x', '\r\nContent-Disposition: attachment; filename=a.txt'),
    { attached: ['0|a.txt|text/plain||3'], count: 1 },
  ],
  ['HTML', html('<b>x</b>'), { text: '*x*', html: '<b>x</b>\r\n', snippet: 'x' }],
  ['a nameless file', part('Content-Type: application/pdf', 'x'), { count: 1 }],
  [
    'a file',
    part('Content-Type: application/pdf; name=a.pdf', 'x'),
    { attached: ['0|a.pdf|application/pdf||3'], count: 1 },
  ],
  [
    'a file declared inline',
    part('Content-Type: application/octet-stream; name=a.bin\r\nContent-Disposition: inline', 'x'),
    { inline: ['0|a.bin|application/octet-stream||3'] },
  ],
  [
    'a calendar',
    part('Content-Type: text/calendar; name=a.ics', 'x'),
    { attached: ['0|a.ics|text/calendar||3'], count: 1 },
  ],
  [
    'an encrypted mail (S/MIME)',
    part(
      'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64',
      'eHh4',
    ),
    { attached: ['0|smime.p7m|application/pkcs7-mime||3'], count: 1 },
  ],
  [
    'what Outlook adds (TNEF), a signature and a calendar beside the text',
    multipart(
      'mixed',
      text('t'),
      part(
        'Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64',
        'eJ8+IgAA',
      ),
      part(
        'Content-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Disposition: attachment',
        'x',
      ),
      part('Content-Type: text/calendar; method=REQUEST; name=i.ics', 'BEGIN:VCALENDAR'),
    ),
    {
      text: 't',
      inline: ['2|winmail.dat|application/ms-tnef||6', '4|i.ics|text/calendar||15'],
      attached: ['3|smime.p7s|application/pkcs7-signature||1'],
      count: 1,
    },
  ],
  ['half a type', part('Content-Type: text', 'x'), { count: 1 }],
  [
    'a mail in the mail',
    part('Content-Type: message/rfc822; name=x', 'Subject: in\r\n\r\nx'),
    { attached: ['0|x|message/rfc822||18'], count: 1 },
  ],

  [
    'two texts',
    multipart('mixed', text('one'), text('two')),
    { text: 'one\n--\ntwo', snippet: 'one -- two' },
  ],
  [
    'a text declared inline is text and inline',
    multipart('mixed', text('one'), text('two', '; name=a.txt\r\nContent-Disposition: inline')),
    { text: 'one\n--\ntwo', inline: ['2|a.txt|text/plain||3'] },
  ],
  [
    'a text attached',
    multipart('mixed', text('one'), text('two\n', '; name=a.txt\r\nContent-Disposition: attachment')),
    { text: 'one', attached: ['2|a.txt|text/plain||4'], count: 1 },
  ],
  [
    'alternatives',
    multipart('alternative', text('one'), html('<b>h</b>')),
    { text: 'one', html: '<b>h</b>', snippet: 'h' },
  ],
  [
    'more alternatives than two',
    multipart('alternative', text('one'), text('two'), html('<b>h</b>'), html('<i>i</i>')),
    { text: 'one', html: '<b>h</b>' },
  ],
  [
    'related images are inline, but not counted',
    multipart('related', html('<b>h</b>'), image('\r\nContent-ID: <img1>'), image('; name=g.png')),
    { text: '*h*', html: '<b>h</b>', inline: ['2|img1|image/png|img1|4', '3|g.png|image/png||4'] },
  ],
  [
    'nameless parts are counted, but not listed',
    multipart(
      'mixed',
      text('t'),
      image(''),
      image('\r\nContent-Disposition: attachment'),
      image('\r\nContent-Disposition: inline'),
    ),
    { text: 't', count: 1 },
  ],
  [
    'an unknown disposition is an attachment',
    multipart('mixed', text('t'), image('; name=a.png\r\nContent-Disposition: foo')),
    { text: 't', attached: ['2|a.png|image/png||4'], count: 1 },
    'ours',
  ],
  [
    'an attached multipart',
    multipart(
      'mixed',
      text('t'),
      'Content-Type: multipart/mixed; boundary=CC\r\nContent-Disposition: attachment; filename=m\r\n\r\n' +
        '--CC\r\nContent-Type: text/plain\r\n\r\ninner\r\n--CC\r\nContent-Type: image/png; name=x.png\r\n\r\nbody\r\n--CC--',
    ),
    {
      text: 't\n--\ninner',
      inline: ['2.2|x.png|image/png||4'],
      attached: ['2.0|m|multipart/mixed||0'],
      count: 1,
    },
  ],
  [
    'mails in the mail',
    multipart(
      'mixed',
      text('t'),
      part('Content-Type: message/rfc822', 'Subject: x\r\n\r\ny'),
      part('Content-Type: message/rfc822; name=f.eml', 'Subject: x\r\n\r\ny'),
    ),
    { text: 't', inline: ['3|f.eml|message/rfc822||15'] },
  ],
  [
    'a delivery report',
    multipart(
      'report; report-type=delivery-status',
      text('t'),
      part('Content-Type: message/delivery-status', 'Reporting-MTA: dns;x\r\n'),
      part('Content-Type: text/rfc822-headers', 'Subject: s'),
    ),
    { text: 't' },
  ],

  [
    'names',
    multipart(
      'mixed',
      image('; name=a.png\r\nContent-Disposition: attachment; filename=b.png'),
      image('; file=c.png\r\nContent-Disposition: attachment'),
      image('\r\nContent-ID: <c%40d+e>\r\nContent-Disposition: attachment'),
      image("\r\nContent-Disposition: attachment; filename*=utf-8''%e2%82%ac.png"),
      image('\r\nContent-Disposition: attachment; filename*0="a"; filename*1="b.png"'),
      image("\r\nContent-Disposition: attachment;\r\n filename*0*=iso-8859-1'de'%e4;\r\n filename*1=.png"),
      image('; name="=?utf-8?q?=C3=A4.png?="'),
      image('\r\nContent-Disposition: attachment; filename=a b.png; x=y'),
      image('\r\nContent-Disposition: attachment; filename="a/b\\c\\"d.png"'),
      image('\r\nContent-Disposition: ATTACHMENT; FILENAME="X.PNG"'),
    ),
    {
      inline: ['7|ä.png|image/png||4'],
      attached: [
        '1|b.png|image/png||4',
        '2|c.png|image/png||4',
        '3|c@d e|image/png|c@d e|4',
        '4|€.png|image/png||4',
        '5|ab.png|image/png||4',
        '6|ä.png|image/png||4',
        '8|a b.png|image/png||4',
        '9|a/b\\c"d.png|image/png||4',
        '10|X.PNG|image/png||4',
      ],
      count: 9,
    },
  ],

  [
    "a boundary that begins with its parent's",
    'Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\nContent-Type: multipart/alternative; boundary=BB\r\n\r\n' +
      '--BB\r\nContent-Type: text/plain\r\n\r\nt\r\n--BB\r\nContent-Type: text/html\r\n\r\n<b>h</b>\r\n--BB--\r\n--B--\r\n',
    { text: 't', html: '<b>h</b>' },
  ],
  [
    "a boundary that is its parent's",
    'Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\nContent-Type: multipart/alternative; boundary=B\r\n\r\n' +
      '--B\r\nContent-Type: text/plain\r\n\r\nt\r\n--B\r\nContent-Type: text/html\r\n\r\n<b>h</b>\r\n--B--\r\n--B--\r\n',
    { text: 't', html: '<b>h</b>' },
  ],
  [
    'no last boundary',
    'Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\nContent-Type: text/plain\r\n\r\nt\r\n--B\r\nContent-Type: text/html\r\n\r\n<b>h</b>',
    { text: 't', html: '<b>h</b>\r\n' },
  ],
  ['a boundary that never comes', 'Content-Type: multipart/mixed; boundary=B\r\n\r\ntext', {}],
  [
    'no boundary named: the first that looks like one',
    'Content-Type: multipart/mixed\r\n\r\n--B\r\nContent-Type: text/plain\r\n\r\nt\r\n--B--',
    { text: 't' },
    'ours',
  ],
  [
    'parts without a type are text',
    multipart('mixed', '\r\nfirst', text('t'), part('X: y', 'third'), part('Content-Type:', 'fourth')),
    { text: 'first\n--\nt\n--\nthird\n--\nfourth' },
    'ours',
  ],
  [
    'a part without a header',
    multipart('mixed', 'just text', text('t')),
    { text: 'just text\n--\nt' },
    'ours',
  ],

  [
    'transfer encodings',
    multipart(
      'mixed',
      text('a=\r\nb=3D=3d=zz \r\nc', '\r\nContent-Transfer-Encoding: quoted-printable'),
      text('aGVsbG8*gd29ybGQ', '\r\nContent-Transfer-Encoding: BASE64'),
      text('a=20', '\r\nContent-Transfer-Encoding: 7-bit'),
      text('plain', '\r\nContent-Transfer-Encoding: foo'),
    ),
    { text: 'ab===zz\r\nc\n--\nhello world\n--\na=20\n--\nplain' },
  ],
  [
    'base64 in pieces, and broken',
    multipart(
      'mixed',
      image('; name=x\r\nContent-Transfer-Encoding: base64').replace('body', 'aGVsbG8=aGVsbG8='),
      image('; name=y\r\nContent-Transfer-Encoding: base64').replace('body', 'a'),
    ),
    { inline: ['1|x|image/png||10', '2|y|image/png||0'] },
  ],
  [
    'charsets',
    multipart(
      'mixed',
      text('\xe4', '; charset=iso-8859-1'),
      text('\xa4', '; charset="iso-8859-15"'),
      text('\x82\xa0', '; charset=Shift_JIS'),
      text('\x1b$B$"\x1b(B', '; charset=iso-2022-jp'),
      text('\xff\xfe', '; charset=utf-8'),
      part('Content-Type: text/csv; charset=iso-8859-1; name=a.csv', '\xe4'),
      part('Content-Type: text/csv; name=b.csv', '\xe4'),
    ),
    {
      text: 'ä\n--\n€\n--\nあ\n--\nあ\n--\n\ufffd',
      inline: ['6|a.csv|text/csv||2', '7|b.csv|text/csv||1'],
    },
  ],
  [
    'undeclared bytes: UTF-8 where they are, else windows-1252',
    multipart('mixed', text('\xc3\xa4'), text('\xe4\x80'), text('\xc3\xa4', '; charset=us-ascii')),
    { text: 'ä\n--\nä€\n--\nä' },
    'ours',
  ],
  [
    'HTML made text',
    html(
      '<head><title>t</title><style>s{}</style></head><h1>Head</h1><p>One <b>bold</b> and <i>slanted</i>.</p>' +
        '<ul><li>a</li><li>b</li></ul><blockquote>quoted</blockquote><a href="https://x.example/">link</a> <a href="mailto:a@x.example">a@x.example</a>',
    ),
    {
      text: '**** Head **** One *bold* and slanted. * a * b > > quoted link ( https://x.example/ ) a@x.example',
      snippet: 'Head One bold and slanted. a b quoted link a@x.example',
    },
  ],
  ['a long snippet', text(`${'ab '.repeat(100)}`), { snippet: `${'ab '.repeat(66)}ab...` }],
  ['a snippet is cut between letters', text('ä'.repeat(101)), { snippet: `${'ä'.repeat(99)}...` }],
  ['a snippet of exactly 200 bytes', text(`${'ä'.repeat(100)}`), { snippet: 'ä'.repeat(100) }],
];

const runs = (value: string) => value.replace(/\ufffd+/g, '\ufffd');
const words = (value: string) => value.replace(/\s+/g, ' ').trim();

for (const [what, mail, shown, ours] of cases) {
  scene(what, target => play(target, mail, shown), ours);
}

async function play(target: Target, mail: string, shown: Shown): Promise<void> {
  const bytes = Buffer.from(
    `From: a@example.com\r\nTo: b@example.com\r\nSubject: x\r\nMIME-Version: 1.0\r\n${mail}`,
    'latin1',
  );
  const id = await target.deliver(/[^\x00-\xff]/.test(mail) ? bytesOf(mail) : bytes);
  const [row] = (await target.ask('/api/v1/messages?limit=1')).json.messages;
  const { json: message } = await target.ask(`/api/v1/message/${id}`);
  const describe = (list: Record<string, unknown>[]) =>
    list.map(({ PartID, FileName, ContentType, ContentID, Size }) =>
      [PartID, FileName, ContentType, ContentID, Size].join('|'),
    );
  const fromHtml = shown.html !== undefined || /text\/html/.test(mail);
  const found = fromHtml ? words(message.Text) : runs(message.Text);
  if (shown.text !== undefined || (!fromHtml && !shown.snippet)) {
    assert.equal(found, fromHtml ? words(shown.text ?? found) : (shown.text ?? ''));
  }
  if (shown.html !== undefined) assert.equal(message.HTML, shown.html);
  assert.deepEqual(describe(message.Inline), shown.inline ?? []);
  assert.deepEqual(describe(message.Attachments), shown.attached ?? []);
  assert.equal(row.Attachments, shown.count ?? 0);
  if (shown.snippet !== undefined) assert.equal(row.Snippet, shown.snippet);
  await checkParts(target, id, [...message.Inline, ...message.Attachments]);
}

function bytesOf(mail: string): Buffer {
  return Buffer.from(
    `From: a@example.com\r\nTo: b@example.com\r\nSubject: x\r\nMIME-Version: 1.0\r\n${mail}`,
  );
}

/** Every part that is listed can be had, as large as it says, with the sum that it says. */
async function checkParts(
  target: Target,
  id: string,
  parts: { PartID: string; ContentType: string; Size: number; Checksums: { SHA256: string } }[],
): Promise<void> {
  const { createHash } = await import('node:crypto');
  for (const { PartID, ContentType, Size, Checksums } of parts) {
    if (ContentType.startsWith('multipart/')) continue;
    const reply = await target.ask(`/api/v1/message/${id}/part/${PartID}`);
    assert.equal(reply.status, 200);
    assert.equal(reply.headers['content-type'], ContentType);
    assert.equal(reply.body.length, Size);
    assert.equal(createHash('sha256').update(reply.body).digest('hex'), Checksums.SHA256);
  }
}
