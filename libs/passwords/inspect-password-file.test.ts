import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspectPasswordFile } from './inspect-password-file.ts';
import { parsePasswordFile } from './password-file.ts';

const text = `ann:plain
nocolon  bob:$2y$broken
 cas:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\r
ann:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=
`;

test('bad items are told with their places and without their secrets', () => {
  const { faults, users, hashed } = inspectPasswordFile(text);
  assert.deepEqual(faults, [
    { line: 2, column: 1, message: 'an item without ":" is no user and lets nobody in' },
    {
      line: 2,
      column: 10,
      message: 'the password of bob begins like bcrypt and is none: it lets nobody in',
    },
  ]);
  assert.deepEqual([users, hashed], [2, ['ann', 'cas']]);
});

test('it sees what the reader of password files sees', () => {
  for (const each of [text, '', ' \n', 'x', ':', 'a:\nb:c:d', '{SHA}x:y', 'a:{SHA}x']) {
    const { users, malformed } = parsePasswordFile(each);
    const inspected = inspectPasswordFile(each);
    assert.deepEqual([inspected.users, inspected.faults.length], [users.size, malformed.length], each);
  }
});
