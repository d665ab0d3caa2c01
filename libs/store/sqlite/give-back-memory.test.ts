import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { giveBackMemory } from './give-back-memory.ts';

const mib = 1024 * 1024;
const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };

test('what was freed between small blocks goes back to the system', {
  skip: header.glibcVersionRuntime === undefined,
}, async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const kept: Buffer[] = [];
  let freed: Buffer[] | null = [];
  for (let i = 0; i < 5000; i++) {
    freed.push(Buffer.allocUnsafeSlow(20_000).fill(1));
    if (i % 10 === 0) kept.push(Buffer.allocUnsafeSlow(200).fill(1));
  }
  freed = null;
  for (let i = 0; i < 3; i++) {
    collect();
    await setImmediate();
  }
  const before = process.memoryUsage.rss();
  giveBackMemory();
  const after = process.memoryUsage.rss();
  assert.ok(before - after > 50 * mib, `${before / mib} MiB before, ${after / mib} after`);
  assert.ok(kept.every(([first]) => first === 1));
  // When there is nothing to give back, nothing happens either.
  giveBackMemory();
});
