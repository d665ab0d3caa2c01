import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TenantUid } from '../base/ids.ts';
import { silentLogger } from '../base/log.ts';
import { testStore } from '../store/store-suite.ts';
import { openIntake } from './open-intake.ts';

testStore('the intake', async () => {
  const root = mkdtempSync(join(tmpdir(), 'mpctl-intake-'));
  let now = 0;
  const store = await openIntake({
    journalDir: join(root, '.journal'),
    shard: 0,
    clock: () => now,
    log: silentLogger,
  });
  return {
    store,
    setNow: nowMs => {
      now = nowMs;
    },
    dirOf: (uid: TenantUid) => {
      const dir = join(root, uid);
      mkdirSync(dir, { recursive: true });
      return dir;
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      rmSync(root, { recursive: true });
    },
  };
});
