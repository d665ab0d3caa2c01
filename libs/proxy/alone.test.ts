import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aloneCommand } from './alone.ts';

const cases: ['nginx' | 'apache', string, string | null][] = [
  ['nginx', 'nginx -t', 'nginx -t -c'],
  [
    'nginx',
    'chroot /web /usr/sbin/nginx -c /etc/nginx/nginx.conf -t -q',
    'chroot /web /usr/sbin/nginx -t -q -c',
  ],
  ['nginx', 'sudo -n nginx -t', null],
  ['apache', 'apachectl configtest', 'apachectl -t -f'],
  ['apache', 'httpd -t -f /etc/httpd.conf', 'httpd -t -f'],
  ['nginx', '/usr/local/bin/check-nginx', null],
];
for (const [server, command, expected] of cases) {
  test(command, () => assert.equal(aloneCommand(server, command.split(' '))?.join(' ') ?? null, expected));
}
