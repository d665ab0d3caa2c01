import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { MpctlError } from '../base/error.ts';
import { parsePasswordFile } from '../passwords/password-file.ts';
import type { Proof } from '../passwords/proof.ts';
import { createSlowWork, type SlowWork } from '../slow-work/slow-work.ts';
import { createLoginChecker } from './login-checker.ts';

const bcrypt = '$2y$04$abcdefghijklmnopqrstuuFmEfrkTQnczNzw475xE2VhDrK1uwJiC';
const { users } = parsePasswordFile(`plain:geheim hashed:${bcrypt}`);
const password = (text: string): Proof => ({ type: 'password', password: text });

/** Counts the hashes that are verified; `work` decides what comes of them. */
function counting(work: SlowWork): { slowWork: SlowWork; count: () => number } {
  let count = 0;
  const slowWork: SlowWork = {
    run(...job) {
      count++;
      return work.run(...job);
    },
    [Symbol.asyncDispose]: () => work[Symbol.asyncDispose](),
  };
  return { slowWork, count: () => count };
}

test('who knows the password is let in, whoever does not is refused', async () => {
  await using slowWork = createSlowWork();
  const { check } = createLoginChecker({ slowWork, refusalMs: 0 });
  const rows: [user: string, password: string, result: string][] = [
    ['plain', 'geheim', 'accepted'],
    ['plain', 'Geheim', 'refused'],
    ['hashed', 'right', 'accepted'],
    ['hashed', bcrypt, 'refused'],
    ['nobody', 'geheim', 'refused'],
    ['', '', 'refused'],
  ];
  for (const [user, text, result] of rows) {
    assert.equal(await check('t', users, user, password(text)), result, user);
  }
  assert.equal(await check('t', new Map(), 'x', password('')), 'refused');
});

test('challenges need the plain password', async () => {
  await using slowWork = createSlowWork();
  const { check } = createLoginChecker({ slowWork, refusalMs: 0 });
  const challenge = '<1@x>';
  const cram = (key: string): Proof => {
    return { type: 'cram-md5', challenge, digest: createHmac('md5', key).update(challenge).digest('hex') };
  };
  const apop = (key: string): Proof => {
    return {
      type: 'apop',
      timestamp: challenge,
      digest: createHash('md5')
        .update(challenge + key)
        .digest('hex'),
    };
  };
  for (const prove of [cram, apop]) {
    assert.equal(await check('t', users, 'plain', prove('geheim')), 'accepted');
    assert.equal(await check('t', users, 'plain', prove('wrong')), 'refused');
    assert.equal(await check('t', users, 'hashed', prove('right')), 'refused');
    assert.equal(await check('t', users, 'hashed', prove(bcrypt)), 'refused');
    assert.equal(await check('t', users, 'nobody', prove('geheim')), 'refused');
  }
});

test('a hash is verified once a minute, and never for another tenant or another hash', async () => {
  await using work = createSlowWork();
  const { slowWork, count } = counting(work);
  let now = 0;
  const { check } = createLoginChecker({ slowWork, refusalMs: 0, clock: () => now });
  const login = (scope: string, hash = bcrypt) =>
    check(scope, parsePasswordFile(`u:${hash}`).users, 'u', password('right'));
  await Promise.all([login('a'), login('a')]);
  await login('a');
  assert.equal(count(), 1);
  await login('b');
  assert.equal(count(), 2);
  assert.equal(await login('a', bcrypt.replace('uuF', 'uuG')), 'refused');
  assert.equal(count(), 3);
  now = 60_000;
  await login('a');
  assert.equal(count(), 4);
});

test('a wrong password is never remembered, an unknown user costs a hash too', async () => {
  await using work = createSlowWork();
  const { slowWork, count } = counting(work);
  const { check } = createLoginChecker({ slowWork, refusalMs: 0 });
  const hashed = parsePasswordFile(`u:${bcrypt}`).users;
  for (const user of ['u', 'u', 'nobody']) await check('t', hashed, user, password('wrong'));
  assert.equal(count(), 3);
});

test('a refusal comes after its second, an acceptance at once', async () => {
  await using slowWork = createSlowWork();
  const { check } = createLoginChecker({ slowWork, refusalMs: 50 });
  const startedAtMs = performance.now();
  await check('t', users, 'plain', password('geheim'));
  const refused = check('t', users, 'plain', password('x'));
  // Keeps the loop alive: the checker's own timer does not.
  const alive = setInterval(() => {}, 10);
  assert.equal(await refused, 'refused');
  clearInterval(alive);
  assert.ok(performance.now() - startedAtMs >= 49);
});

test('too many waiting logins are no refusal', async () => {
  const slowWork: SlowWork = {
    run: () => Promise.reject(new MpctlError('SLOW_WORK_BUSY', 'busy')),
    async [Symbol.asyncDispose]() {},
  };
  const { check } = createLoginChecker({ slowWork, refusalMs: 0 });
  assert.equal(await check('t', users, 'hashed', password('right')), 'unavailable');
});
