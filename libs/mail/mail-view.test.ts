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
  assert.match(mailHtml(raw, '/part/', null) ?? '', /src="\/part\/2"><img src="\/part\/3"/);
  const whole = mailHtml(raw, null, null) ?? '';
  assert.match(whole, /src="data:image\/png;base64,cG5n"><img src="cid:paper"/);
});

test('a large picture that is named a thousand times is not written a thousand times', () => {
  const raw = related('<img src="cid:dot">'.repeat(1000), Buffer.alloc(1_000_000));
  assert.ok((mailHtml(raw, null, null) ?? '').length < 30_000_000);
});
