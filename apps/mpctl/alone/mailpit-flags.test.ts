import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailpitNames } from '../../../libs/spec/mailpit-names.ts';
import { parseMailpitFlags } from './mailpit-flags.ts';

const parse = (words: string, env: NodeJS.ProcessEnv = {}) =>
  Object.fromEntries(
    [...parseMailpitFlags(words === '' ? [] : words.split(' '), env)].map(([name, { value }]) => [
      name,
      value,
    ]),
  );

test('flags are read in all of their forms', () => {
  assert.deepEqual(parse('--listen [::]:80 --smtp=:25 -m 10 -qv --max-age='), {
    MP_UI_BIND_ADDR: '[::]:80',
    MP_SMTP_BIND_ADDR: ':25',
    MP_MAX_MESSAGES: '10',
    MP_QUIET: 'true',
    MP_VERBOSE: 'true',
    MP_MAX_AGE: '',
  });
  assert.deepEqual(parse('-m10 -l=:80'), { MP_MAX_MESSAGES: '10', MP_UI_BIND_ADDR: ':80' });
  assert.deepEqual(parse('-q=false -v --quiet=true'), { MP_QUIET: 'true', MP_VERBOSE: 'true' });
});

test('flags win over the environment, in which nothing is unset', () => {
  const env = { MP_LABEL: 'one', MP_MAX_AGE: '', MP_SENDMAIL_FROM: 'a@b', HOME: '/' };
  assert.deepEqual(parse('', env), { MP_LABEL: 'one' });
  assert.deepEqual(parse('--label=', env), { MP_LABEL: '' });
});

test('what nobody knows is refused with what is near', () => {
  assert.throws(() => parse('--lable x'), { code: 'CLI_USAGE', hint: 'did you mean --label?' });
  assert.throws(() => parse('--nope'), { message: 'Mailpit has no flag --nope', hint: '' });
  assert.throws(() => parse('-Z'), { message: 'Mailpit has no flag -Z' });
  assert.throws(() => parse('stray'), { message: 'stray is no flag' });
  assert.throws(() => parse('--label'), { message: '--label needs a value' });
});

test('every flag of Mailpit is read', () => {
  for (const [name, flags] of Object.entries(mailpitNames)) {
    for (const flag of flags) assert.deepEqual(parse(`${flag}=1`), { [name]: '1' }, flag);
  }
});
