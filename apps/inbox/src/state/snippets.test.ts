import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sendmailSettings } from '../../../../libs/wire/sendmail-settings.ts';
import type { Reachable } from './api-shapes.ts';
import { curlLogin } from './curl-login.ts';
import { mailTargets, snippetsFor, targetName } from './snippets.ts';

const listener: Reachable = {
  ID: 'smtp',
  Protocol: 'smtp',
  TLS: 'none',
  RequireSTARTTLS: false,
  Login: 'none',
  Users: [],
  Addresses: [
    { Socket: '/run/mailpit/shop/smtp.sock', Host: '', Port: 0 },
    { Socket: '', Host: 'mail.test', Port: 2525 },
  ],
};

const names = [
  ...[
    'Laravel',
    'Symfony',
    'PHP',
    'WordPress',
    'Node',
    'Python',
    'Django',
    'Rails',
    'Spring',
    '.NET',
    'Go',
    'swaks',
  ],
  'curl',
];

test('every address of an SMTP listener is a target, TCP first', () => {
  const targets = mailTargets([{ ...listener, ID: 'http', Protocol: 'http' }, listener]);
  assert.deepEqual(targets.map(targetName), ['mail.test:2525', '/run/mailpit/shop/smtp.sock']);
});

test('each snippet names the address, and the login only where one is wanted', () => {
  const [open] = mailTargets([listener]);
  const [closed] = mailTargets([{ ...listener, TLS: 'starttls', Login: 'required', Users: ['bob'] }]);
  assert.ok(open && closed);
  assert.deepEqual(
    snippetsFor(open).map(({ name }) => name),
    names,
  );
  for (const { name, text } of snippetsFor(open)) {
    assert.match(text, /mail\.test[\s\S]*2525/, name);
    assert.doesNotMatch(text, /YOUR-PASSWORD|bob/, name);
  }
  for (const { name, text } of snippetsFor(closed)) {
    if (name !== 'PHP') assert.match(text, /bob[\s\S]*YOUR-PASSWORD/, name);
  }
});

test('over a socket every snippet names its path', () => {
  const target = mailTargets([listener]).find(({ socket }) => socket !== '');
  assert.ok(target);
  assert.deepEqual(
    names.filter(name => !snippetsFor(target).some(one => one.name === name)),
    [],
  );
  for (const { name, text } of snippetsFor(target))
    assert.ok(text.replaceAll('%2F', '/').includes('/run/mailpit/shop/smtp.sock'), name);
});

test('what hands mail to a command is told the same as by the command line', () => {
  const [target] = mailTargets([listener]).filter(({ socket }) => socket !== '');
  assert.ok(target);
  const texts = new Map(snippetsFor(target).map(({ name, text }) => [name, text]));
  const { php, symfony, laravel } = sendmailSettings('mpctl', `unix:${target.socket}`);
  assert.deepEqual([texts.get('Laravel'), texts.get('Symfony')], [laravel.join('\n'), symfony]);
  assert.ok(texts.get('PHP')?.endsWith(php) && texts.get('WordPress')?.endsWith(php));
});

test('a curl line names the login where one was wanted, and never a password', () => {
  assert.equal(curlLogin(''), '');
  assert.equal(curlLogin('joe'), "-u 'joe' ");
  assert.equal(curlLogin("o'neil"), "-u 'o'\\''neil' ");
});
