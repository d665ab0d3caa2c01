import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailHtml } from './mail-view.ts';

const related = (html: string, picture: Buffer) =>
  Buffer.from(
    [
      'Content-Type: multipart/related; boundary=b',
      '',
      '--b',
      'Content-Type: text/html',
      '',
      html,
      '--b',
      'Content-Type: image/png',
      'Content-ID: <dot>',
      'Content-Transfer-Encoding: base64',
      '',
      picture.toString('base64'),
      '--b',
      'Content-Type: application/pdf; name=x.pdf',
      'Content-ID: <paper>',
      '',
      'x',
      '--b--',
      '',
    ].join('\r\n'),
  );

test('pictures are found below an address, or are in the page themselves', () => {
  const raw = related('<img src="cid:dot"><img src="cid:paper">', Buffer.from('png'));
  assert.match(mailHtml(raw, '/part/', null, false) ?? '', /src="\/part\/2"><img src="\/part\/3"/);
  const whole = mailHtml(raw, null, null, false) ?? '';
  assert.match(whole, /src="data:image\/png;base64,cG5n"><img src="cid:paper"/);
});

test('a large picture that is named a thousand times is not written a thousand times', () => {
  const raw = related('<img src="cid:dot">'.repeat(1000), Buffer.alloc(1_000_000));
  assert.ok((mailHtml(raw, null, null, false) ?? '').length < 30_000_000);
});

test('frames and links lead nowhere, unless what is remote is wanted', () => {
  const html =
    '<!--><link rel="preconnect" href="http://a.example">--><LINK/rel=dns-prefetch href=//b.example><b>bold</b>' +
    '<iframe src="http://c.example"></iframe><iframe srcdoc="<iframe src=http://d.example>"></iframe>' +
    '<object data="http://e.example"></object><embed src="http://f.example"><framework>';
  const raw = Buffer.from(`Content-Type: text/html\r\n\r\n${html}`);
  assert.equal(mailHtml(raw, null, null, true), html);
  assert.equal(
    mailHtml(raw, null, null, false),
    '<!--><link rel=none  rel="preconnect" href="http://a.example">--><LINK rel=none /rel=dns-prefetch href=//b.example>' +
      '<b>bold</b><iframe src=about:blank srcdoc=&#32;  src="http://c.example"></iframe>' +
      '<iframe src=about:blank srcdoc=&#32;  srcdoc="<iframe src=about:blank srcdoc=&#32;  src=http://d.example>"></iframe>' +
      '<object data=about:blank  data="http://e.example"></object>' +
      '<embed src=about:blank  src="http://f.example"><framework>',
  );
});
