import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from './run-command.ts';

const shell = (script: string) => ['sh', '-c', script];

test('tells what was said, and why nothing could be', async () => {
  assert.deepEqual(await runCommand(shell('echo out; echo err >&2')), { ok: true, output: 'out\nerr' });
  assert.deepEqual(await runCommand(shell('echo no; exit 3')), { ok: false, output: 'no' });
  const { ok, output } = await runCommand(['/nowhere/at-all']);
  assert.deepEqual([ok, /ENOENT/.test(output)], [false, true]);
});

test('ends what takes too long, and what that started, however it holds on', async () => {
  for (const script of ['sleep 1000; true', 'sleep 1000 & wait', "trap '' TERM; sleep 1000; sleep 1000"]) {
    const { ok, output } = await runCommand(shell(script), undefined, 100);
    assert.deepEqual([ok, /took longer than 0\.1 s/.test(output)], [false, true]);
  }
});

test('ends at once when it is aborted', async () => {
  const stop = new AbortController();
  const running = runCommand(shell('sleep 1000; true'), stop.signal);
  stop.abort();
  assert.equal((await running).ok, false);
  assert.equal((await runCommand(shell('sleep 1000; true'), stop.signal)).ok, false);
});
