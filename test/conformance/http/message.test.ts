/** http-api §2.7 and §6: one message, its pieces, its views. */
import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { chapter, check } from './play.ts';

const { scene } = chapter('message');

const plain =
  'From: Ann <ann@example.com>\r\nTo: bob@example.com\r\nCc: cc@example.com\r\nReply-To: Desk <desk@example.com>\r\n' +
  'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nDate: Sat, 21 Nov 2026 10:00:00 +0100\r\nMessage-ID: <m1@example.com>\r\n' +
  'List-Unsubscribe: <https://example.com/u>, <mailto:u@example.com>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n' +
  'X-Custom: one\r\nx-custom: two\r\n  folded\r\n\r\nHello & <bye>.';

const rich =
  'From: ann@example.com\r\nTo: bob@example.com\r\nSubject: rich\r\nContent-Type: multipart/related; boundary=b\r\n\r\n' +
  '--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<body><p>Hi <a href="https://x.example/" target=_self>there</a></p>' +
  '<img src="cid:logo@x"><img src=CID:logo@x><div style="background:url(cid:logo@x)">x</div><img src="cid:other"><script>alert(1)</script></body>\r\n' +
  '--b\r\nContent-Type: image/png; name="lo go.png"\r\nContent-ID: <logo@x>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n' +
  '--b\r\nContent-Type: image/svg+xml; name=a.svg\r\nContent-Disposition: attachment\r\n\r\n<svg onload="alert(1)"/>\r\n--b--\r\n';

scene('a message', async target => {
  const id = await target.deliver(plain);
  const reply = await target.ask(`/api/v1/message/${id}`);
  assert.equal(reply.headers['content-type'], 'application/json');
  const { Size, ...message } = reply.json;
  assert.deepEqual(message, {
    ID: id,
    MessageID: 'm1@example.com',
    From: { Name: 'Ann', Address: 'ann@example.com' },
    To: [{ Name: '', Address: 'bob@example.com' }],
    Cc: [{ Name: '', Address: 'cc@example.com' }],
    Bcc: [{ Name: '', Address: 'rcpt@example.com' }],
    ReplyTo: [{ Name: 'Desk', Address: 'desk@example.com' }],
    ReturnPath: 'sender@example.com',
    Subject: 'Grüße',
    ListUnsubscribe: {
      Header: '<https://example.com/u>, <mailto:u@example.com>',
      Links: ['https://example.com/u', 'mailto:u@example.com'],
      Errors: '',
      HeaderPost: 'List-Unsubscribe=One-Click',
    },
    Date: '2026-11-21T10:00:00+01:00',
    Tags: [],
    Username: '',
    Text: 'Hello & <bye>.\r\n',
    HTML: '',
    Inline: [],
    Attachments: [],
  });
  const order =
    'ID MessageID From To Cc Bcc ReplyTo ReturnPath Subject ListUnsubscribe Date Tags Username Text HTML Size Inline Attachments';
  assert.deepEqual(Object.keys(reply.json), order.split(' '));
  assert.match(reply.text, /"Text":"Hello \\u0026 \\u003cbye\\u003e\.\\r\\n".*\n$/s);
  assert.equal(Size, (await target.ask(`/api/v1/message/${id}/raw`)).body.length);
});

scene('headers', async target => {
  const id = await target.deliver(plain);
  const { json } = await target.ask(`/api/v1/message/${id}/headers`);
  assert.deepEqual(json['X-Custom'], ['one', 'two folded']);
  assert.deepEqual(json['Message-Id'], ['<m1@example.com>']);
  assert.deepEqual(json.Subject, ['=?utf-8?q?Gr=C3=BC=C3=9Fe?=']);
  assert.deepEqual(Object.keys(json), Object.keys(json).toSorted());
});

scene('raw', async target => {
  const id = await target.deliver(plain);
  const raw = await target.ask(`/api/v1/message/${id}/raw`);
  check(raw, {
    type: 'text/plain; charset=utf-8',
    text: /\r\nX-Custom: one\r\nx-custom: two\r\n {2}folded\r\n\r\nHello & <bye>\.\r\n$/,
  });
  assert.equal(raw.headers['content-disposition'], undefined);
  const file = await target.ask(`/api/v1/message/${id}/raw?dl=1`);
  assert.equal(file.headers['content-disposition'], `attachment; filename="${id}.eml"`);
  assert.equal(
    (await target.ask(`/api/v1/message/${id}/raw?dl=true`)).headers['content-disposition'],
    undefined,
  );
});

scene('what is not there', async target => {
  await target.empty();
  for (const path of ['', '/headers', '/raw', '/part/1']) {
    check(await target.ask(`/api/v1/message/unknown${path}`), {
      status: 404,
      type: 'text/plain',
      text: '404 page not found',
    });
    check(await target.ask(`/api/v1/message/latest${path}`), {
      status: 404,
      type: 'text/plain; charset=utf-8',
      text: 'Message not found',
    });
  }
  for (const view of ['/view/unknown.html', '/view/unknown.txt', '/view/latest.html', '/view/latest.txt']) {
    check(await target.ask(view), {
      status: 404,
      type: 'text/plain; charset=utf-8',
      text: 'Message not found',
    });
  }
  check(await target.ask('/view/latest'), { status: 302, headers: { location: '/' } });
  const id = await target.deliver(plain);
  check(await target.ask(`/view/${id}.html`), {
    status: 404,
    text: 'This message does not contain a HTML part',
  });
  for (const part of ['0', '9', 'x', '1.1']) {
    assert.equal((await target.ask(`/api/v1/message/${id}/part/${part}`)).status, 404, part);
  }
});

scene('parts', async target => {
  const id = await target.deliver(rich);
  const { json } = await target.ask(`/api/v1/message/${id}`);
  assert.deepEqual(
    [json.Inline[0].PartID, json.Inline[0].FileName, json.Inline[0].ContentID],
    ['2', 'lo go.png', 'logo@x'],
  );
  const image = await target.ask(`/api/v1/message/${id}/part/2`);
  check(image, { type: 'image/png', headers: { 'content-disposition': /^inline; filename="lo%20go\.png"/ } });
  assert.deepEqual(image.body, Buffer.from('iVBORw0KGgo=', 'base64'));
  assert.equal((await target.ask(`/api/v1/message/${id}/part/1`)).status, 404);
});

scene(
  'what a browser would run is put in a box',
  async target => {
    const id = await target.deliver(rich);
    check(await target.ask(`/api/v1/message/${id}/part/3`), {
      type: 'image/svg+xml',
      headers: {
        'content-security-policy': /^sandbox;.*form-action 'none'/,
        'x-content-type-options': 'nosniff',
      },
    });
    check(await target.ask(`/view/${id}.html`), {
      headers: {
        'content-security-policy':
          /^sandbox allow-popups .*script-src 'none'; img-src 'self' data: blob:;.*form-action 'none'; frame-ancestors 'self'$/,
        'x-content-type-options': 'nosniff',
      },
    });
    const remote = await target.ask(`/view/${id}.html?remote=1`);
    assert.match(String(remote.headers['content-security-policy']), /img-src \* data: blob:/);
    const embedded = await target.ask(`/view/${id}.html?embed=1`);
    const policy = String(embedded.headers['content-security-policy']);
    assert.match(policy, /^sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox;/);
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1];
    assert.ok(embedded.text.includes(`<script nonce="${nonce}">`));
  },
  'ours',
);

scene('views', async target => {
  const id = await target.deliver(rich);
  const url = `/api/v1/message/${id}/part/2`;
  const page = await target.ask(`/view/${id}.html`);
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
  assert.ok(page.text.includes(`<img src="${url}"><img src=${url}><div style="background:url(${url})">`));
  assert.ok(page.text.includes('<img src="cid:other">'));
  const frame = (await target.ask(`/view/${id}.html?embed=1`)).text;
  assert.match(
    frame,
    /<a href="https:\/\/x\.example\/" target="_blank" rel="noreferrer noopener">there<\/a>/,
  );
  assert.match(frame, /^(<!doctype html>)?<html.*messageHeight.*<\/script><\/body>/is);
  const text = await target.ask(`/view/${id}.txt`);
  assert.equal(text.headers['content-type'], 'text/plain; charset=utf-8');
  assert.match(text.text, /^Hi there \( https:\/\/x\.example\/ \)/);
  check(await target.ask('/view/latest'), { status: 302, headers: { location: `/view/${id}` } });
  assert.equal((await target.ask('/view/latest.html')).status, 200);
});

scene('what marks a mail read', async target => {
  const reads: [path: string, read: boolean, method?: string][] = [
    ['/api/v1/message/ID', true],
    ['/view/ID.html', true],
    ['/view/ID.txt', true],
    ['/api/v1/message/ID/raw', false],
    ['/api/v1/message/ID/headers', false],
    ['/api/v1/message/ID/part/2', false],
    ['/view/ID', false],
  ];
  for (const [path, read] of reads) {
    const id = await target.deliver(rich);
    await target.ask(path.replace('ID', id));
    assert.equal((await target.ask('/api/v1/messages?limit=1')).json.messages[0].Read, read, path);
  }
});

scene(
  'looking without marking',
  async target => {
    const id = await target.deliver(rich);
    await target.ask(`/api/v1/message/${id}`, { method: 'HEAD' });
    await target.ask(`/api/v1/message/${id}?peek=1`);
    assert.equal((await target.ask('/api/v1/messages?limit=1')).json.messages[0].Read, false);
    const { json } = await target.ask(`/api/v1/message/${id}/structure`);
    assert.deepEqual(
      [
        json.ContentType,
        json.Parts.map((part: { PartID: string; ContentType: string }) => [part.PartID, part.ContentType]),
      ],
      [
        'multipart/related',
        [
          ['1', 'text/html'],
          ['2', 'image/png'],
          ['3', 'image/svg+xml'],
        ],
      ],
    );
  },
  'ours',
);

scene(
  'who has it already is told so, and a part may be asked for',
  async target => {
    const id = await target.deliver(plain);
    const ask = (path: string, headers: Record<string, string>) =>
      target.ask(`/api/v1/message/${id}${path}`, { headers });
    for (const path of ['', '/raw']) {
      const etag = String((await ask(path, {})).headers.etag);
      const again = await ask(path, { 'If-None-Match': `"other", W/${etag}` });
      assert.deepEqual([again.status, again.text], [304, '']);
      assert.equal((await ask(path, { 'If-None-Match': '"other"' })).status, 200);
    }
    const { body: bytes, headers } = await ask('/raw', {});
    const size = bytes.length;
    const ranges: [range: string, status: number, from?: number, to?: number][] = [
      ['bytes=0-9', 206, 0, 10],
      ['bytes=5-', 206, 5, size],
      ['bytes=-7', 206, size - 7, size],
      [`bytes=${size - 1}-${size + 50}`, 206, size - 1, size],
      [`bytes=${size}-`, 416],
      ['bytes=-0', 416],
      ['bytes=9-5', 200],
      ['bytes=0-1,3-4', 200],
      ['lines=0-1', 200],
    ];
    for (const [Range, status, from = 0, to = size] of ranges) {
      const reply = await ask('/raw', { Range, 'Accept-Encoding': status === 206 ? 'gzip' : '' });
      assert.equal(reply.status, status, Range);
      if (status === 416) assert.equal(reply.headers['content-range'], `bytes */${size}`);
      else assert.deepEqual(reply.body, bytes.subarray(from, to), Range);
      if (status === 206) assert.equal(reply.headers['content-range'], `bytes ${from}-${to - 1}/${size}`);
    }
    assert.equal((await ask('/raw', { Range: 'bytes=0-9', 'If-Range': String(headers.etag) })).status, 206);
    assert.equal((await ask('/raw', { Range: 'bytes=0-9', 'If-Range': '"other"' })).status, 200);
    const head = await target.ask(`/api/v1/message/${id}/raw`, {
      method: 'HEAD',
      headers: { Range: 'bytes=0-9' },
    });
    assert.deepEqual([head.status, Number(head.headers['content-length'])], [200, size]);
  },
  'ours',
);

scene('a large mail', async target => {
  const content = Buffer.alloc(1_500_000, 'abcdefghij');
  const id = await target.deliver(
    `From: a@example.com\r\nSubject: large\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsmall\r\n` +
      `--b\r\nContent-Type: application/octet-stream; name=f.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n${content.toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n--b--\r\n`,
  );
  const { json } = await target.ask(`/api/v1/message/${id}`);
  assert.deepEqual([json.Text, json.Attachments[0].Size], ['small', content.length]);
  assert.deepEqual((await target.ask(`/api/v1/message/${id}/part/2`)).body, content);
  assert.equal((await target.ask(`/api/v1/message/${id}/raw`)).body.length, json.Size);
});

scene(
  'what senders write beside the rules is read',
  async target => {
    const id = await target.deliver(
      'From: ann@example.com\r\nSubject: =?utf-8?q?caf=C3?= =?utf-8?q?=A9?=\r\nDate: Sat, 21 Nov 2026 10:00:00 EST\r\n' +
        'Content-Type: text/plain\r\nContent-Transfer-Encoding: base64;\r\n\r\nSGVsbG8=\r\n',
    );
    const { json } = await target.ask(`/api/v1/message/${id}`);
    assert.deepEqual([json.Subject, json.Text], ['café', 'Hello']);
    assert.equal(new Date(json.Date).toISOString(), '2026-11-21T15:00:00.000Z');
  },
  'ours',
);

scene(
  'a large body is compressed in pieces',
  async target => {
    const id = await target.deliver(`Subject: large\r\n\r\n${`${'x'.repeat(70)}\r\n`.repeat(5000)}`);
    const raw = await target.ask(`/api/v1/message/${id}/raw`);
    assert.equal(raw.headers['content-length'], String(raw.body.length));
    const packed = await target.ask(`/api/v1/message/${id}/raw`, { headers: { 'Accept-Encoding': 'gzip' } });
    assert.deepEqual(
      [packed.headers['content-encoding'], packed.headers['transfer-encoding']],
      ['gzip', 'chunked'],
    );
    assert.ok(gunzipSync(packed.body).equals(raw.body));
  },
  'ours',
);
