import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MpctlError } from '../base/error.ts';
import { noLimits } from './mail-for-tests.ts';
import type { KeptRaw, MailState } from './mail-state.ts';
import { type MailStatePort, StateMailbox } from './mailbox.ts';

test('a file that went away with its mail is no mail; one that is missing is a failure', async () => {
  let kept: KeptRaw | null = { encoding: 'file', file: 'one' };
  let isRemoved = false;
  const missing = async () => {
    if (isRemoved) kept = null;
    throw new MpctlError('STORE_FAILED', 'no such file');
  };
  const port = {
    read: async look => look({ raw: () => kept } as unknown as MailState),
    decode: missing,
    stream: missing,
  } satisfies Partial<MailStatePort>;
  const mailbox = new StateMailbox(port as unknown as MailStatePort, Date.now, noLimits);
  await assert.rejects(mailbox.raw('one'), { code: 'STORE_FAILED' });
  await assert.rejects(mailbox.rawStream('one', { first: 0, last: 9 }), { code: 'STORE_FAILED' });
  isRemoved = true;
  assert.equal(await mailbox.raw('one'), null);
  kept = { encoding: 'file', file: 'one' };
  assert.equal(await mailbox.rawStream('one', { first: 0, last: 9 }), null);
});
