import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { askHolder, takeRunLock } from './run-lock.ts';

let dir = '';
before(() => {
  dir = mkdtempSync(join(tmpdir(), 'mpctl-'));
});
after(() => rmSync(dir, { recursive: true }));

/** A process that takes the lock and says what came of it. */
async function contender(path: string) {
  const code = `
    import { takeRunLock } from ${JSON.stringify(join(import.meta.dirname, 'run-lock.ts'))};
    try { await takeRunLock(process.argv[1], process.pid); process.stdout.write('taken'); setInterval(() => {}, 1e6); }
    catch (error) { process.stdout.write(error.message); }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, path]);
  const [said] = await once(child.stdout, 'data');
  return { said: String(said), child };
}

test('the second daemon is refused and told the process; the end of the first frees the lock', async () => {
  const path = join(dir, 'lock.sock');
  {
    await using _lock = await takeRunLock(path, process.pid);
    await assert.rejects(takeRunLock(path, 4711), {
      code: 'DAEMON_RUNNING',
      message: new RegExp(`process ${process.pid}\\b`),
    });
  }
  assert.equal(await askHolder(path), null);
  await using _again = await takeRunLock(path, process.pid);
});

test('of many that start at once over a killed one, exactly one wins', async () => {
  const path = join(dir, 'race.sock');
  const first = await contender(path);
  assert.equal(first.said, 'taken');
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const started = await Promise.all(Array.from({ length: 6 }, () => contender(path)));
  const winners = started.filter(({ said }) => said === 'taken');
  const losers = started.filter(({ said }) => /another mpctl \(process \d+\)/.test(said));
  assert.deepEqual([winners.length, losers.length], [1, 5]);
  assert.ok(losers.every(({ said }) => said.includes(`process ${winners[0]?.child.pid})`)));
  for (const { child } of started) child.kill('SIGKILL');
  assert.deepEqual(
    readdirSync(dir).filter(name => name.startsWith('race.sock.')),
    [],
  );
});
