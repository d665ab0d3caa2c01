import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFlags, type SendmailFlags } from './parse-flags.ts';

function parsed(words: string, env: NodeJS.ProcessEnv = {}): SendmailFlags {
  const flags = parseFlags(words === '' ? [] : words.split(' '), env);
  assert.ok(!('fault' in flags), JSON.stringify(flags));
  return flags;
}

function fault(words: string) {
  const flags = parseFlags(words.split(' '), {});
  assert.ok('fault' in flags, JSON.stringify(flags));
  return flags;
}

test('the server is localhost:1025, the variable, or the flag, which wins', () => {
  const env = { MP_SENDMAIL_SMTP_ADDR: 'unix:/run/a.sock' };
  assert.deepEqual(parsed('').server, { kind: 'tcp', host: 'localhost', port: 1025 });
  assert.deepEqual(parsed('', env).server, { kind: 'unix', path: '/run/a.sock' });
  const mine = { kind: 'tcp', host: '::1', port: 25 };
  for (const words of ['-S [::1]:25', '-S[::1]:25', '--smtp-addr [::1]:25', '--smtp-addr=[::1]:25']) {
    assert.deepEqual(parsed(words, env).server, mine, words);
  }
});

test('the sender comes joined, apart, long, or from the variable', () => {
  for (const words of ['-fa@b', '-f a@b', '-r a@b', '--from a@b', '--from=a@b', '-tif a@b']) {
    assert.equal(parsed(words).from, 'a@b', words);
  }
  assert.equal(parsed('', { MP_SENDMAIL_FROM: 'x@y' }).from, 'x@y');
  assert.equal(parsed('-fa@b', { MP_SENDMAIL_FROM: 'x@y' }).from, 'a@b');
  assert.equal(parsed('').from, null);
});

test('flags of the program sendmail change nothing, bundled or not', () => {
  for (const words of [
    '-t -i',
    '-ti',
    '-oi -oem -odb',
    '-em',
    '-F Joe -B 8BITMIME -e m',
    '-N never -R hdrs -V x -L tag',
    '-q30m -h3 -Am -d0.1 -bm -O a=b -G -U -n -v',
  ]) {
    const flags = parsed(`${words} a@b`);
    assert.deepEqual(
      [flags.recipients, flags.from, flags.pipe, flags.help],
      [['a@b'], null, false, false],
      words,
    );
  }
});

test('recipients stand before and after flags, and behind --', () => {
  assert.deepEqual(parsed('a@b -i c@d -f x@y -- -odd@e --f').recipients, ['a@b', 'c@d', '-odd@e', '--f']);
});

test('-bs needs both letters', () => {
  for (const words of ['-bs', '-b -s', '-sb', '-tbs']) assert.equal(parsed(words).pipe, true, words);
  for (const words of ['-b', '-s', '-bp']) {
    assert.deepEqual(fault(words), { fault: 'error: use -bs', usage: false }, words);
  }
});

test('what nobody knows, or what lacks its value, is refused', () => {
  assert.deepEqual(fault('--nope'), { fault: 'unknown flag: --nope', usage: true });
  assert.deepEqual(fault('-Z'), { fault: "unknown shorthand flag: 'Z' in -Z", usage: true });
  assert.deepEqual(fault('-S'), { fault: 'flag needs an argument: -S', usage: true });
  assert.match(fault('-S here').fault, /^no SMTP address: here/);
});
