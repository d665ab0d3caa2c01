import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sendmailSettings } from '../../libs/wire/sendmail-settings.ts';
import { renderPaste } from './render-paste.ts';

test('says how mails are sent and how they are read', () => {
  const smtp = ['unix:/r/a/smtp.sock'];
  const both = renderPaste({ smtp, http: ['unix:/r/a/http.sock', '127.0.0.1:8025'] }, '/bin/mpctl');
  const { php, symfony, laravel } = sendmailSettings('/bin/mpctl', 'unix:/r/a/smtp.sock');
  for (const line of [php, symfony, laravel.join(' ')]) assert.ok(both.includes(line), line);
  assert.match(both, /\n {2}shell +\/bin\/mpctl sendmail -S unix:\/r\/a\/smtp.sock you/);
  assert.match(both, /\n {2}open +http:\/\/127\.0\.0\.1:8025\/\n/);
  assert.match(
    both,
    /\n {2}read +curl --unix-socket \/r\/a\/http\.sock http:\/\/localhost\/api\/v1\/message\/latest$/,
  );
  const everywhere = renderPaste({ smtp, http: ['[::]:8025'] }, '/bin/mpctl');
  assert.match(everywhere, /\n {2}open +http:\/\/localhost:8025\/\n/);
  assert.match(everywhere, /\n {2}read +curl http:\/\/localhost:8025\/api\/v1\/message\/latest$/);
  assert.doesNotMatch(renderPaste({ smtp, http: [] }, '/bin/mpctl'), /open|curl/);
});
