import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { parsePasswordFile } from './password-file.ts';
import { fitsSecret, makeSecret } from './secret.ts';
import { secretKind } from './secret-kind.ts';

/** Made by other programs; the password stands first. */
const secrets: [password: string, secret: string, kind: string][] = [
  ['plain', 'plain', 'plain'],
  ['pw', '{PLAIN}pw', 'plain'],
  ['{PLAIN}pw', '{PLAIN}pw', 'plain'],
  ['', '', 'plain'],
  ['{sha}x', '{sha}x', 'plain'],
  ['password', '{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=', 'fast'],
  ['secret', '{SSHA}Wcm1xEisNjqp921ALcHfuQ7avFdzYWx0MTIzNA==', 'fast'],
  ['Hello world!', '$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA', 'slow'],
];

test('known secrets', () => {
  for (const [password, secret, kind] of secrets) {
    assert.equal(secretKind(secret), kind, secret);
    assert.equal(fitsSecret(secret, password), true, secret);
    assert.equal(fitsSecret(secret, `${password}x`), false, secret);
  }
});

test('hashes of OpenSSL are ours, for every length of password and salt', () => {
  const passwords = [
    'a',
    'pässwörd',
    'x'.repeat(16),
    'y'.repeat(31),
    'z'.repeat(32),
    'w'.repeat(64),
    'v'.repeat(100),
  ];
  for (const option of ['-1', '-apr1', '-5', '-6']) {
    for (const salt of ['a', 'saltsalt', 'saltsaltsaltsalt']) {
      const input = passwords.map(password => `${password}\n`).join('');
      const lines = execFileSync('openssl', ['passwd', option, '-salt', salt, '-stdin'], { input })
        .toString()
        .split('\n');
      for (const [i, password] of passwords.entries()) {
        const secret = lines[i] ?? '';
        assert.equal(fitsSecret(secret, password), true, `${option} ${secret}`);
        assert.equal(fitsSecret(secret, `${password}x`), false, `${option} ${secret}`);
      }
    }
  }
});

test('bcrypt in all its letters', () => {
  const secret = makeSecret('geheim', Buffer.alloc(16, 7));
  assert.match(secret, /^\$2y\$10\$/);
  for (const letter of 'abxy') {
    const variant = secret.replace('$2y', `$2${letter}`);
    assert.equal(secretKind(variant), 'slow');
    assert.equal(fitsSecret(variant, 'geheim'), true);
    assert.equal(fitsSecret(variant, 'Geheim'), false);
  }
});

test('what begins like a hash and is none is no password', () => {
  for (const secret of [
    '$apr1$x',
    '$1$salt',
    '{SHA}short',
    '{SSHA}',
    '$2y$10$short',
    '$5$salt',
    '$6$rounds=x$a',
  ]) {
    assert.equal(secretKind(secret), null, secret);
    assert.equal(fitsSecret(secret, secret), false, secret);
  }
});

test('a password file', () => {
  const { users, malformed } = parsePasswordFile(' a:1\nb:x:y\t#c:d\r\ne:\n:f\na:2 nocolon g:$2y$broken\n');
  assert.deepEqual(
    [...users],
    [
      ['a', '2'],
      ['b', 'x:y'],
      ['#c', 'd'],
      ['e', ''],
      ['', 'f'],
    ],
  );
  assert.deepEqual(malformed, ['', 'g']);
  assert.deepEqual(parsePasswordFile(' \n'), { users: new Map(), malformed: [] });
});
